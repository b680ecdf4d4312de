import type { Admin, AdminTx, CopyTx } from '../../db/admin.ts';
import type { Migration } from '../../db/migration-files.ts';
import { type Applied, requireKnown } from '../../db/migration-ledger.ts';
import { productVersion } from '../../lib/product-version.ts';
import { addressOf, type ObjectPlace } from '../../storage/storage.ts';
import { readCounters } from '../copy/counters.ts';
import { readEra } from '../copy/era.ts';
import { type ArchivedTable, type Manifest, newManifest } from '../copy/manifest.ts';
import { inSnapshot } from '../copy/snapshot.ts';
import { copyOut } from '../copy/table-copy.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';
import { ArchiveWriter, type WriterOptions } from './archive-writer.ts';

export interface ArchiveSource {
  kind: Manifest['kind'];
  organization: Manifest['organization'];
  schemaName: string;
  /** The owner of its tables, who may also read the ledger of migrations. */
  ownerRole: string;
  /** Every migration that the schema may have, in order of application. */
  migrations: readonly Migration[];
  /** Returns a subquery that replaces the present rows of a table; undefined for the present rows. */
  rowsOf?: ((table: string) => string | undefined) | undefined;
}

export interface Written {
  place: ObjectPlace;
  /** The address of the archive, for people. */
  file: string;
  manifest: Manifest;
  /** Size of the file in bytes. */
  size: number;
  /** The checksum that the storage reports while the file is unchanged. */
  checksum: string;
}

/**
 * Writes one snapshot of a schema to a new archive, which appears only when it is complete. Throws SCHEMA_MISMATCH for
 * a schema that is newer than this build, because it may have tables that this build does not know.
 */
export async function writeArchive(
  admin: Admin,
  source: ArchiveSource,
  place: ObjectPlace,
  options: WriterOptions = {},
): Promise<Written> {
  await using writer = new ArchiveWriter(place, options);
  const manifest = await inSnapshot(admin, source, async (tx, tables) => {
    const { kind, organization } = source;
    const migrations = await appliedTo(tx, source);
    const moment = await momentOf(tx);
    const archived: ArchivedTable[] = [];
    for (const table of tables) archived.push(await archiveTable(tx, writer, source, table));
    const events = await readEra(tx, source.schemaName, tables);
    return newManifest({
      kind,
      ...(options.base && { base: options.base.name }),
      product: productVersion,
      ...moment,
      organization,
      migrations,
      tables: archived,
      events,
    });
  });
  const { bytes, checksum } = await writer.finish(manifest);
  return { place, file: addressOf(place), manifest, size: bytes, checksum };
}

async function archiveTable(
  tx: CopyTx,
  writer: ArchiveWriter,
  { schemaName, rowsOf }: ArchiveSource,
  table: TenantTable,
): Promise<ArchivedTable> {
  const { rows, parts } = await writer.addTable(
    table.name,
    copyOut(tx, schemaName, table, { from: rowsOf?.(table.name) }),
  );
  // A sequence is not part of the snapshot: it may be ahead of the rows, which does no harm, but never behind them
  const counters = await readCounters(tx, schemaName, table);
  const columns = table.columns.map(({ name, type }) => ({ name, type }));
  return { name: table.name, columns, rows, counters, parts };
}

async function appliedTo(tx: AdminTx, { schemaName, migrations }: ArchiveSource): Promise<Applied[]> {
  const ledger = await tx.run<Applied & Record<string, unknown>>(
    'select module as line, name, hash from chantier.tenant_migrations where schema_name = $1',
    [schemaName],
  );
  requireKnown(schemaName, ledger, migrations);
  const applied = new Set(ledger.map(({ line, name }) => `${line}/${name}`));
  return migrations
    .filter(({ line, name }) => applied.has(`${line}/${name}`))
    .map(({ line, name, hash }) => ({ line, name, hash }));
}

async function momentOf(tx: AdminTx): Promise<Pick<Manifest, 'snapshotAt' | 'postgres'>> {
  const [found] = await tx.run<{ at: string; postgres: string }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, current_setting('server_version') as postgres`,
  );
  return { snapshotAt: found!.at, postgres: found!.postgres };
}
