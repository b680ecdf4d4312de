import { recordAudit } from '../../tenancy/audit.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { type RestoreNewOptions, restoreNew } from './restore-new.ts';
import { withTemporaryArchive } from './temporary-archive.ts';

/**
 * Creates a new organization with the present state of another, through an encrypted temporary archive. Rows keep their
 * ids, which need to be unique only within a schema. The new organization has only the members that `activate` adds.
 */
export async function cloneTenant(
  fleet: Fleet,
  admins: FleetAdmins,
  tenant: Tenant,
  options: RestoreNewOptions,
): Promise<Tenant> {
  const clone = await withTemporaryArchive(fleet, admins, tenant, options, (archive) =>
    restoreNew(fleet, admins, archive, { ...options, action: 'organization.cloned' }),
  );
  await fleet.catalog.write((tx) =>
    recordAudit(tx, {
      actor: options.actor ?? { kind: 'SYSTEM' },
      action: 'organization.clone_made',
      organizationId: tenant.id,
      metadata: { slug: clone.slug, clone: clone.id },
    }),
  );
  return clone;
}
