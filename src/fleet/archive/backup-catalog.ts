import { mkdir } from 'node:fs/promises';
import { recordAudit } from '../../tenancy/audit.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { archiveFile, catalogSubject, stampOf } from './archive-names.ts';
import { type BackupOptions, watching } from './backup-tenant.ts';
import { type Written, writeArchive } from './write-archive.ts';

/**
 * Writes one snapshot of the catalog to an archive: organizations, users, memberships, keys. What is sealed there stays
 * sealed: restored, it opens under the same SECRET only. No tenant's data is in it.
 */
export async function backupCatalog(fleet: Fleet, options: BackupOptions): Promise<Written> {
  const { folder, key, stamp = stampOf(new Date()), actor = { kind: 'SYSTEM' } } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = archiveFile(folder, { subject: catalogSubject, stamp }, key !== undefined);
  const source = {
    kind: 'CATALOG' as const,
    organization: null,
    schemaName: 'catalog',
    ownerRole: fleet.installation.roles.catalogOwner,
    migrations: fleet.lines.catalog,
  };
  await using admins = adminsOf(fleet);
  const written = await admins.use((admin) => writeArchive(admin, source, file, { key, onPart: watching(options) }));
  await fleet.catalog.write((tx) =>
    recordAudit(tx, {
      actor,
      action: 'catalog.backed_up',
      metadata: { file, bytes: written.size, encrypted: key !== undefined },
    }),
  );
  return written;
}
