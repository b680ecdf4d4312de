import { encodeGlobalId } from '../graphql/declare/global-id.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { Organization } from '../tenancy/update-organization.ts';

/** Ids of organizations have the form that they have in the graph. */
export const organizationId = (uuid: string): string => encodeGlobalId('Organization', uuid);

/** A tenant as commands print it. */
export const describeTenant = <T extends Tenant>(tenant: T) => ({
  ...tenant,
  id: organizationId(tenant.id),
  modules: [...tenant.modules],
});

/** What commands print that change an organization. */
export const describeChange = ({ id, slug, name, status, modules, deleteAfter }: Organization) => ({
  id: organizationId(id),
  slug,
  name,
  status,
  modules,
  deleteAfter,
});
