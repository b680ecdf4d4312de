import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { readOrganization } from './archived-organization.ts';
import { watching } from './backup-tenant.ts';
import { type Archive, openArchive } from './open-archive.ts';
import { writeArchive } from './write-archive.ts';

type OrganizationPlace = { id: string; databaseId: string; schemaName: string };

/** Archives a copy of an organization's data for the time of the work, encrypted with a key that nobody else has. */
export async function withTemporaryArchive<T>(
  fleet: Fleet,
  admins: FleetAdmins,
  place: OrganizationPlace,
  { signal }: { signal?: AbortSignal | undefined },
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chantier-copy-'));
  try {
    const key = { key: randomBytes(32) };
    const file = path.join(folder, 'copy.tar.sealed');
    const organization = await fleet.catalog.read((db) => readOrganization(db, place.id));
    await admins.at(place, (admin, { roles }) => {
      const { schemaName } = place;
      const source = { kind: 'TENANT' as const, organization, schemaName, ownerRole: roles.owner };
      const migrations = fleet.lines.inOrder();
      return writeArchive(admin, { ...source, migrations }, file, { key, onPart: watching({ signal }) });
    });
    return await work(await openArchive(file, key));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
