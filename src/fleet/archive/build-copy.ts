import type { Migration } from '../../db/migration-files.ts';
import { requireKnown } from '../../db/migration-ledger.ts';
import { applyMigrations } from '../../db/migrator.ts';
import { stopIfAborted } from '../copy/interrupted.ts';
import { beginLoading, finishLoading, inSchema, type LoadTarget, loadPart } from '../copy/load-table.ts';
import { type ArchivedTable, badArchive, type Manifest } from '../copy/manifest.ts';
import { type TenantTable, tablesOf } from '../copy/tenant-tables.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { buildSchema } from '../schemas/build-schema.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';
import { pendingOf, readLedger } from '../schemas/migrate-database.ts';
import { tenantTarget } from '../schemas/targets.ts';
import { tablesAsArchived } from './archived-tables.ts';
import { compareCopy } from './compare-copy.ts';
import { renewCopy } from './copy-place.ts';
import { type Archive, type ArchivedPart, partsOf } from './open-archive.ts';

export interface CopyOptions {
  /** Stops between two parts, with CANCELLED. */
  signal?: AbortSignal | undefined;
  /** Called with the number of bytes loaded so far, before compression. */
  onProgress?: ((progress: { bytes: number; totalBytes: number }) => void) | undefined;
}

interface Building extends CopyOptions {
  fleet: Fleet;
  place: SchemaPlace;
  archive: Archive;
  target: LoadTarget;
}

/**
 * Builds a copy of an archived tenant in a reserved place: creates the tables by the migrations that the archive names,
 * loads the rows, then reads them back and compares them. Throws BAD_INPUT for invalid tables or rows, SCHEMA_MISMATCH
 * for an archive of a newer build. The caller discards a copy that failed.
 */
export async function buildCopy(
  fleet: Fleet,
  admins: FleetAdmins,
  place: SchemaPlace,
  archive: Archive,
  options: CopyOptions = {},
): Promise<void> {
  const wanted = migrationsOf(fleet, archive.manifest);
  await admins.at(place, async (admin, installation) => {
    await buildSchema(admin, installation, place, wanted);
    const target = { admin, schemaName: place.schemaName, ownerRole: installation.roles.owner };
    const made = await inSchema(target, (tx) => tablesOf(tx, fleet.lines, place.schemaName));
    await load({ ...options, fleet, place, archive, target }, tablesAsArchived(archive.manifest, made));
    await compareCopy(admin, { ...target, migrations: wanted }, archive.manifest);
  });
}

/** Migrates a copy to this build, including the tables of its organization's modules. */
export async function updateCopy(
  fleet: Fleet,
  admins: FleetAdmins,
  place: SchemaPlace,
  modules: readonly string[],
): Promise<void> {
  const { lines } = fleet;
  await admins.at(place, async (admin, installation) => {
    const ledger = await readLedger(admin, installation, [place.schemaName]);
    const pending = pendingOf(ledger, place.schemaName, lines.ofTenant(modules), lines.everything());
    await applyMigrations(admin, tenantTarget(installation.roles, place), pending);
  });
}

/** The migrations that the archive names, in order, from this build's own files. */
export function migrationsOf(
  { lines }: Pick<Fleet, 'lines'>,
  { kind, migrations, organization }: Manifest,
): Migration[] {
  if (kind !== 'TENANT' || !organization) throw badArchive('does not contain an organization');
  const known = lines.inOrder();
  requireKnown('The archive', migrations, known);
  const applied = new Set(migrations.map(({ line, name }) => `${line}/${name}`));
  return known.filter(({ line, name }) => applied.has(`${line}/${name}`));
}

async function load(building: Building, tables: readonly [TenantTable, ArchivedTable][]): Promise<void> {
  const { archive, fleet, place, target, signal, onProgress } = building;
  const totalBytes = sizeOf(archive.manifest);
  await using parts = partsOf(archive);
  let bytes = 0;
  let next = await take(parts);
  for (const [table, archived] of tables) {
    await renewCopy(fleet.catalog, place);
    await beginLoading(target, table);
    for (; next?.table === table.name; next = await take(parts)) {
      stopIfAborted(signal);
      await loadPart(target, table, next.text);
      bytes += next.part.bytes;
      onProgress?.({ bytes, totalBytes });
    }
    await finishLoading(target, table, archived);
  }
}

const take = async (parts: AsyncGenerator<ArchivedPart>): Promise<ArchivedPart | undefined> =>
  (await parts.next()).value ?? undefined;

/** The size of an archive's rows in bytes, before compression. */
export const sizeOf = ({ tables }: Manifest): number =>
  tables.flatMap(({ parts }) => parts).reduce((sum, { bytes }) => sum + bytes, 0);
