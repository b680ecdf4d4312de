import { encodeGlobalId } from '../graphql/declare/global-id.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { Organization } from '../tenancy/update-organization.ts';

/** Commands print ids of organizations as the graph does. */
export const organizationId = (uuid: string): string => encodeGlobalId('Organization', uuid);

/** A tenant as commands print it. */
export const describeTenant = <T extends Tenant>(tenant: T) => ({
  ...tenant,
  id: organizationId(tenant.id),
  modules: [...tenant.modules],
});

/** An organization as the commands that change it print it. */
export const describeChange = ({ id, slug, name, status, modules, deleteAfter }: Organization) => ({
  id: organizationId(id),
  slug,
  name,
  status,
  modules,
  deleteAfter,
});
