import type { TenantDirectory } from '../../tenancy/directory.ts';
import { tenantNotFound } from '../../tenancy/tenant.ts';
import { type RestoredOver, type RestoreOverOptions, restoreOver } from '../archive/restore-over.ts';
import { withTemporaryArchive } from '../archive/temporary-archive.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import type { RetainedCopy } from './list-retained.ts';

/**
 * Replaces an organization's data with a retained copy, through a temporary archive: so all rows are compared and
 * migrated to this build, and the event log begins a new era. The retained copy stays. The replaced data is in the
 * safety archive and in a new retained copy. Throws what `restoreOver` throws.
 */
export async function restoreRetained(
  { fleet, directory, admins }: { fleet: Fleet; directory: TenantDirectory; admins: FleetAdmins },
  { organizationId: id, databaseId, schemaName, slug }: RetainedCopy,
  options: RestoreOverOptions,
): Promise<RestoredOver> {
  const tenant = await directory.findById(id);
  if (!tenant) throw tenantNotFound(slug);
  return await withTemporaryArchive(fleet, admins, { id, databaseId, schemaName }, options, (archive) =>
    restoreOver(fleet, admins, { archive, tenant }, options),
  );
}
