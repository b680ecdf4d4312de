import { pipeline } from 'node:stream/promises';
import type { CopyTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { requireKnown, stateOf } from '../../db/migration-ledger.ts';
import { isRefusedRow } from '../../db/pg-errors.ts';
import { AppError } from '../../lib/errors.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { writeCounters } from '../copy/counters.ts';
import { badArchive, type Manifest } from '../copy/manifest.ts';
import { copyIn, useCopyText } from '../copy/table-copy.ts';
import { tablesMade } from '../copy/tenant-tables.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { tablesAsArchived } from './archived-tables.ts';
import { type Archive, partsOf } from './open-archive.ts';

export interface RestoredCatalog {
  rows: number;
  /** Organizations whose data is not in this database yet: they are not served until it is restored. */
  waiting: string[];
}

/**
 * Fills the empty catalog of a new installation from an archive, in one transaction. Organizations whose schema is
 * missing are quarantined until their own archives are restored. Throws INVALID_STATE for a catalog that is not empty,
 * SCHEMA_MISMATCH for an archive of another build.
 */
export async function restoreCatalog(fleet: Fleet, archive: Archive): Promise<RestoredCatalog> {
  const { manifest } = archive;
  requireCatalogOfThisBuild(fleet, manifest);
  await using admins = adminsOf(fleet);
  try {
    const restored = await admins.use((admin) => admin.transaction((tx) => fill(tx, fleet, archive)));
    const metadata = { file: archive.file, snapshotAt: manifest.snapshotAt };
    await fleet.catalog.write((tx) =>
      recordAudit(tx, { actor: { kind: 'SYSTEM' }, action: 'catalog.restored', metadata }),
    );
    return restored;
  } catch (cause) {
    throw isRefusedRow(cause) ? badArchive(`has invalid rows: ${(cause as Error).message}`) : cause;
  }
}

/** Throws BAD_INPUT for an archive of an organization, SCHEMA_MISMATCH for one of another build. */
export function requireCatalogOfThisBuild({ lines }: Pick<Fleet, 'lines'>, { kind, migrations }: Manifest): void {
  if (kind !== 'CATALOG') throw badArchive('does not contain the catalog');
  requireKnown('The archive', migrations, lines.catalog);
  if (stateOf(lines.catalog, migrations).state === 'BEHIND') {
    throw new AppError('SCHEMA_MISMATCH', 'An older build made this archive: restore it with that build, then migrate');
  }
}

async function fill(tx: CopyTx, fleet: Fleet, archive: Archive): Promise<RestoredCatalog> {
  await tx.run(`select set_config('role', $1, true)`, [fleet.installation.roles.catalogOwner]);
  await useCopyText(tx);
  const made = await tablesMade(tx, fleet.lines.catalog, 'catalog');
  const tables = tablesAsArchived(archive.manifest, made);
  await requireEmpty(tx);
  for (const [table] of tables.toReversed()) await tx.run(`delete from catalog.${quoteIdentifier(table.name)}`);
  const byName = new Map(tables.map(([table]) => [table.name, table]));
  for await (const { table, text } of partsOf(archive)) {
    await pipeline([text], copyIn(tx, 'catalog', byName.get(table)!));
  }
  for (const [table, archived] of tables) {
    await countRows(tx, table.name, archived.rows);
    await writeCounters(tx, 'catalog', table, archived.counters);
  }
  return { rows: tables.reduce((sum, [, { rows }]) => sum + rows, 0), waiting: await quarantineMissing(tx) };
}

async function requireEmpty(tx: CopyTx): Promise<void> {
  const [found] = await tx.run<{ used: boolean }>(
    `select exists (select from catalog.organizations) or exists (select from catalog.users) or exists (select from catalog.tenant_schemas) as used`,
  );
  if (found?.used) {
    throw new AppError('INVALID_STATE', 'The catalog is not empty: restore its archive into a new installation');
  }
}

/** Checks the number of rows, because a line in the text may end the COPY early. */
async function countRows(tx: CopyTx, table: string, expected: number): Promise<void> {
  const [found] = await tx.run<{ count: string }>(
    `select count(*)::text as count from catalog.${quoteIdentifier(table)}`,
  );
  if (found?.count !== String(expected)) throw badArchive(`has rows of ${table} that change when they are loaded`);
}

/**
 * Quarantines the organizations whose schemas were lost, and returns their slugs. Deletes the rows of all other lost
 * schemas.
 */
async function quarantineMissing(tx: CopyTx): Promise<string[]> {
  const missing = 's.database_id = $1 and to_regnamespace(s.schema_name) is null';
  const ofNobody = `s.state not in ('ACTIVE', 'BUILDING') or s.organization_id is null`;
  await tx.run(`delete from catalog.tenant_schemas s where ${missing} and (${ofNobody})`, [primaryDatabaseId]);
  const waiting = await tx.run<{ slug: string }>(
    `update catalog.tenant_schemas s set quarantined_at = now(), quarantine_reason = 'Its data has not been restored yet'
    from catalog.organizations o where o.id = s.organization_id and ${missing} returning o.slug`,
    [primaryDatabaseId],
  );
  return waiting.map(({ slug }) => slug).sort();
}
