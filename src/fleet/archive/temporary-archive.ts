import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FolderStorage } from '../../storage/folder-storage.ts';
import type { ObjectPlace } from '../../storage/storage.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { readOrganization } from './archived-organization.ts';
import { watching } from './backup-tenant.ts';
import { type Archive, openArchive } from './open-archive.ts';
import { type ArchiveSource, writeArchive } from './write-archive.ts';

type OrganizationPlace = { id: string; databaseId: string; schemaName: string };
interface CopyingOptions extends Pick<ArchiveSource, 'rowsOf'> {
  signal?: AbortSignal | undefined;
}

/** Archives an organization's data, and runs the work with the archive, which is deleted afterwards. */
export function withTemporaryArchive<T>(
  fleet: Fleet,
  admins: FleetAdmins,
  copied: OrganizationPlace,
  { signal, rowsOf }: CopyingOptions,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  return inTemporaryArchive(async (place, key) => {
    const organization = await fleet.catalog.read((db) => readOrganization(db, copied.id));
    await admins.at(copied, (admin, { roles }) => {
      const { schemaName } = copied;
      const source = { kind: 'TENANT' as const, organization, schemaName, ownerRole: roles.owner, rowsOf };
      const migrations = fleet.lines.inOrder();
      return writeArchive(admin, { ...source, migrations }, place, { key, onPart: watching({ signal }) });
    });
  }, work);
}

/** Runs `write` to make an archive under a random key, and `work` with that archive, which is deleted afterwards. */
export async function inTemporaryArchive<T>(
  write: (place: ObjectPlace, key: { key: Buffer }) => Promise<void>,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chantier-copy-'));
  try {
    const key = { key: randomBytes(32) };
    const place = { storage: new FolderStorage(folder), name: 'copy.tar.sealed' };
    await write(place, key);
    return await work(await openArchive(place, key));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
