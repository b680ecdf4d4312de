import type { TenantDirectory } from '../../tenancy/directory.ts';
import { tenantNotFound } from '../../tenancy/tenant.ts';
import { type RestoredOver, type RestoreOverOptions, restoreOver } from '../archive/restore-over.ts';
import { withTemporaryArchive } from '../archive/temporary-archive.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import type { RetainedCopy } from './list-retained.ts';

/**
 * Serves an organization from a retained copy again. The copy is archived and the archive restored over the
 * organization, so that all rows are compared, migrated to this build, and the event log begins an era of its own; the
 * retained copy stays. What was written since is in the safety archive, and in the copy that is retained now. Throws
 * what `restoreOver` throws.
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
