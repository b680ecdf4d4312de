import { pipeline } from 'node:stream/promises';
import type { CopyTx } from '../../db/admin.ts';
import type { Migration } from '../../db/migration-files.ts';
import { stopIfAborted } from '../archive/interrupted.ts';
import { cutParts, rowsOf } from '../archive/parts.ts';
import { inSnapshot } from '../archive/snapshot.ts';
import { copyIn, copyOut, useCopyText } from '../archive/table-copy.ts';
import type { TenantTable } from '../archive/tenant-tables.ts';
import { rowsIn } from './copy-text.ts';
import { deleteRows, type Keys, keyOf, missingKeys } from './keys.ts';
import { asOwner, nameIn, type Side, snapshotOf } from './side.ts';

export interface CopyRound {
  source: Side;
  target: Side;
  /** Those that made the tables of both. */
  migrations: readonly Migration[];
  /** The state that the target has, as the round before gave it; absent when the target is empty. */
  since?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Told of each table that is done. */
  onTable?: ((done: { tables: number; of: number }) => void) | undefined;
  /** Looks at both while they are the same. */
  compare?: ((source: CopyTx, tables: readonly TenantTable[]) => Promise<void>) | undefined;
}

export interface CopiedRound {
  /** The state that the target has now: give it to the next round. */
  state: string;
  /** How many rows were changed, made or gone. */
  rows: number;
}

interface Counts {
  total: number;
  changed: number;
}

const keysAtOnce = 5_000;

/**
 * Makes the target what the source is in one snapshot of it. What has changed since an earlier snapshot is told by the
 * transaction that wrote each row: those which that snapshot saw are older than every one that was running then. (`age` compares
 * ids as the server does, around their wrap.) What is gone is told by the numbers of rows, and then by comparing keys. No
 * trigger, and nothing is written to the source.
 *
 * The target has no foreign keys meanwhile: what is gone is deleted before what is new comes, so nothing unique is met
 * twice, whatever rows exchanged their values.
 */
export function copyChanges(round: CopyRound): Promise<CopiedRound> {
  const { source, target, migrations, since, signal, onTable, compare } = round;
  return inSnapshot(source.admin, snapshotOf(source, migrations), async (tx, tables) => {
    const [snapshot] = await tx.run<{ state: string }>(
      'select (pg_snapshot_xmin(pg_current_snapshot())::xid)::text as state',
    );
    const before = since === undefined ? undefined : await countRows(tx, source, tables, since);
    const held = before && (await asOwner(target, (there) => countRows(there, target, tables)));
    if (!held) await empty(target, tables);
    let rows = 0;
    for (const [n, table] of tables.entries()) {
      stopIfAborted(signal);
      const counts = before?.get(table.name);
      const copy = { tx, source, target, table, changed: since && changedSince(since) };
      rows += counts ? await follow(copy, counts, held!.get(table.name)!.total) : await copyRows(copy);
      onTable?.({ tables: n + 1, of: tables.length });
    }
    await compare?.(tx, tables);
    return { state: snapshot!.state, rows };
  });
}

interface TableCopy {
  /** The source's snapshot. */
  tx: CopyTx;
  source: Side;
  target: Side;
  table: TenantTable;
  /** Which rows have changed, in SQL. */
  changed: string | undefined;
}

/** Ids come from the server itself; anything else never becomes SQL. */
function changedSince(state: string): string {
  if (!/^\d{1,10}$/.test(state)) throw new RangeError(`not a transaction id: ${state}`);
  return `age(xmin) <= age('${state}'::xid)`;
}

/** How many rows each table has, and how many of those have changed: one statement. */
async function countRows(
  tx: CopyTx,
  side: Side,
  tables: readonly TenantTable[],
  since?: string,
): Promise<Map<string, Counts>> {
  const changed = since === undefined ? '0' : `count(*) filter (where ${changedSince(since)})`;
  const each = tables.map(
    (table) =>
      `select '${table.name}' as name, count(*)::float8 as total, (${changed})::float8 as changed from ${nameIn(side, table)}${table.rows ? ` where ${table.rows}` : ''}`,
  );
  const rows = await tx.run<Counts & { name: string }>(each.join(' union all '));
  return new Map(rows.map(({ name, ...counts }) => [name, counts]));
}

/** Migrations may have put rows into a new schema; they are in the source as well. */
const empty = (target: Side, tables: readonly TenantTable[]): Promise<unknown> =>
  asOwner(target, (tx) => tx.run(`truncate ${tables.map((table) => nameIn(target, table)).join(', ')}`));

/** Copies what changed in one table since the target was as the source. Gives the number of rows. */
async function follow(copy: TableCopy, { total, changed }: Counts, held: number): Promise<number> {
  const replaced = changed > 0 ? await deleteChanged(copy) : 0;
  const gone = held - replaced + changed - total;
  if (gone > 0) await deleteGone(copy);
  if (changed > 0) await copyRows(copy);
  return changed + gone;
}

/** Deletes from the target what has changed in the source; gives how many of those rows it had. */
async function deleteChanged({ tx, source, target, table, changed }: TableCopy): Promise<number> {
  let deleted = 0;
  for await (const keys of rowsIn(copyKeys(tx, source, table, changed), keysAtOnce)) {
    deleted += await asOwner(target, (there) => deleteRows(there, nameIn(target, table), table, keys));
  }
  return deleted;
}

/** Deletes from the target what the source does not have any more. */
async function deleteGone({ tx, source, target, table }: TableCopy): Promise<void> {
  await asOwner(target, async (there) => {
    const gone: Keys[] = [];
    for await (const keys of rowsIn(copyKeys(there, target, table), keysAtOnce)) {
      gone.push(await missingKeys(tx, nameIn(source, table), table, keys));
    }
    for (const keys of gone) if (keys.length > 0) await deleteRows(there, nameIn(target, table), table, keys);
  });
}

function copyKeys(tx: CopyTx, side: Side, table: TenantTable, changed?: string) {
  const conditions = [table.rows, changed].filter((each) => each !== undefined).map((each) => `(${each})`);
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  return tx.copyOut(`copy (select ${keyOf(table)} from ${nameIn(side, table)}${where}) to stdout`);
}

/**
 * Adds the table's rows, or those that have changed, in several transactions: a long one would hold back the event logs of
 * all tenants on the target's server.
 */
async function copyRows({ tx, source, target, table, changed }: TableCopy): Promise<number> {
  let rows = 0;
  for await (const text of cutParts(copyOut(tx, source.place.schemaName, table, changed))) {
    rows += rowsOf(text);
    await asOwner(target, async (there) => {
      await useCopyText(there);
      await pipeline([text], copyIn(there, target.place.schemaName, table));
    });
  }
  return rows;
}
