import { recordAudit } from '../../tenancy/audit.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { patientSteps } from '../patience.ts';
import { suffixOf } from './archive-key.ts';
import { archiveName, catalogSubject, stampOf } from './archive-names.ts';
import { type BackupOptions, watching } from './backup-tenant.ts';
import { type Written, writeArchive } from './write-archive.ts';

/**
 * Writes one snapshot of the catalog to an archive: organizations, users, memberships, keys. Sealed values stay sealed,
 * so a restored catalog needs the same SECRET. It contains no tenant's data. Waits while the primary database restarts.
 */
export async function backupCatalog(fleet: Fleet, options: BackupOptions): Promise<Written> {
  const { storage, key, stamp = stampOf(new Date()), actor = { kind: 'SYSTEM' } } = options;
  const place = { storage, name: archiveName({ subject: catalogSubject, stamp }, suffixOf(key)) };
  const source = {
    kind: 'CATALOG' as const,
    organization: null,
    schemaName: 'catalog',
    ownerRole: fleet.installation.roles.catalogOwner,
    migrations: fleet.lines.catalog,
  };
  await using admins = adminsOf(fleet);
  const runStep = patientSteps(fleet, options);
  const written = await runStep(() =>
    admins.use((admin) => writeArchive(admin, source, place, { key, onPart: watching(options) })),
  );
  const { file, size: bytes, checksum } = written;
  const metadata = { file, bytes, checksum, encrypted: key !== undefined };
  await runStep(() => fleet.catalog.write((tx) => recordAudit(tx, { actor, action: 'catalog.backed_up', metadata })));
  return written;
}
