import { recordAudit } from '../../tenancy/audit.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { type RestoreNewOptions, restoreNew } from './restore-new.ts';
import { withTemporaryArchive } from './temporary-archive.ts';

/**
 * Makes a new organization of the present state of another, by an archive that nobody else can read and that is gone
 * afterwards. Rows keep their ids (each schema has its own), members do not come along but those that `activate` adds.
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
