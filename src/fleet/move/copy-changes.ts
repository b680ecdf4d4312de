import { pipeline } from 'node:stream/promises';
import type { CopyTx } from '../../db/admin.ts';
import type { Migration } from '../../db/migration-files.ts';
import { AppError } from '../../lib/errors.ts';
import { stopIfAborted } from '../copy/interrupted.ts';
import { countLines, cutParts } from '../copy/parts.ts';
import { inSnapshot } from '../copy/snapshot.ts';
import { beginSnapshot, copyIn, copyOut, useCopyText } from '../copy/table-copy.ts';
import { differentTables, type TenantTable } from '../copy/tenant-tables.ts';
import { rowsIn } from './copy-text.ts';
import { deleteRows, type Keys, keyOf, missingKeys } from './keys.ts';
import { asOwner, type MoveEndpoint, nameIn, snapshotOf } from './move-endpoint.ts';

export interface CopyRound {
  source: MoveEndpoint;
  target: MoveEndpoint;
  /** The migrations that were applied to both schemas. */
  migrations: readonly Migration[];
  /** The target's tables. If the source's differ, throws INVALID_STATE. */
  tables: readonly TenantTable[];
  /** The source's state that the target has reached, returned by the round before; absent if the target is empty. */
  since?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Called and awaited after each table. */
  onTable?: ((done: { tables: number; of: number }) => void | Promise<void>) | undefined;
  /** Compares both copies while the source's snapshot is open and the target equals it. */
  compare?: ((source: CopyTx, tables: readonly TenantTable[]) => Promise<void>) | undefined;
}

export interface CopiedRound {
  /** The source's state that the target has now reached; pass it to the next round. */
  state: string;
  /** Number of rows that were inserted, updated or deleted. */
  rows: number;
}

interface Counts {
  total: number;
  changed: number;
}

/** Runs work in a transaction of the target that reads and prints values as COPY does. */
type InTarget = <T>(work: (tx: CopyTx) => Promise<T>) => Promise<T>;

const keysPerBatch = 5_000;

/**
 * Makes the target equal to one snapshot of the source. Rows changed since an earlier snapshot are found by the
 * transaction that wrote them (`xmin`): every transaction that was unfinished at that snapshot, or began later, has an
 * id of at least that snapshot's xmin. `age` compares ids as the server does, across wraparound. Deleted rows are
 * detected by comparing the numbers of rows, then found by comparing keys. No trigger is needed, and nothing is written
 * to the source.
 *
 * The target has no foreign keys meanwhile, and deletes run before inserts, so rows that exchanged unique values do not
 * collide. Transactions in the target are short: a long one would hold back the event logs of all tenants on its
 * server.
 */
export function copyChanges(round: CopyRound): Promise<CopiedRound> {
  const { source, target, migrations, since, signal, onTable, compare } = round;
  const inTarget: InTarget = (work) =>
    asOwner(target, async (tx) => {
      await useCopyText(tx);
      return await work(tx);
    });
  return inSnapshot(source.admin, snapshotOf(source, migrations), async (tx, tables) => {
    requireSameTables(round.tables, tables);
    const state = await stateOf(tx);
    const copies = { tx, source, target, inTarget, signal };
    const counts = since === undefined ? undefined : await countBoth(copies, tables, since);
    if (!counts) await truncateTables(target, tables);
    let rows = 0;
    for (const [n, table] of tables.entries()) {
      stopIfAborted(signal);
      const copy = { ...copies, table, changed: since && changedSince(since) };
      rows += counts ? await copyTableChanges(copy, counts.get(table.name)!) : await copyRows(copy);
      await onTable?.({ tables: n + 1, of: tables.length });
    }
    await compare?.(tx, tables);
    return { state, rows };
  });
}

export interface LastRound extends Pick<CopyRound, 'source' | 'target'> {
  tables: readonly TenantTable[];
  since: string;
  /** Runs before the target commits, while both copies are equal; receives the tables that had changed. */
  beforeCommit: (source: CopyTx, target: CopyTx, changed: readonly TenantTable[]) => Promise<void>;
}

/** Copies the last changes while writes are fenced, in one transaction of the target. Returns the number of rows. */
export function copyLast({ source, target, tables, since, beforeCommit }: LastRound): Promise<number> {
  return source.admin.transaction(async (tx) => {
    await beginSnapshot(tx);
    await tx.run(`select set_config('role', $1, true)`, [source.installation.roles.owner]);
    return await asOwner(target, async (there) => {
      await useCopyText(there);
      const inTarget: InTarget = (work) => work(there);
      const copies = { tx, source, target, inTarget };
      const counts = await countBoth(copies, tables, since);
      const different = tables.filter(({ name }) => isDifferent(counts.get(name)!));
      let rows = 0;
      for (const table of different) {
        rows += await copyTableChanges({ ...copies, table, changed: changedSince(since) }, counts.get(table.name)!);
      }
      await beforeCommit(tx, there, different);
      return rows;
    });
  });
}

/**
 * Descriptions of tables from one server become SQL on the other, so both servers must give the same descriptions. At
 * most one of the two servers is assumed to be compromised.
 */
function requireSameTables(there: readonly TenantTable[], here: readonly TenantTable[]): void {
  const different = differentTables(there, here);
  if (different.length === 0) return;
  throw new AppError(
    'INVALID_STATE',
    `The tables ${different.join(', ')} are not the same in both databases: the organization was migrated meanwhile, or one database was changed by hand`,
  );
}

async function stateOf(tx: CopyTx): Promise<string> {
  const [snapshot] = await tx.run<{ state: string }>(
    'select (pg_snapshot_xmin(pg_current_snapshot())::xid)::text as state',
  );
  return snapshot!.state;
}

interface Copies {
  /** Transaction of the source that holds the snapshot. */
  tx: CopyTx;
  source: MoveEndpoint;
  target: MoveEndpoint;
  inTarget: InTarget;
}

interface TableCopy extends Copies {
  /** Stops the copy between two parts. */
  signal?: AbortSignal | undefined;
  table: TenantTable;
  /** SQL condition that selects the changed rows; absent to select all. */
  changed: string | undefined;
}

/** The state becomes part of SQL and comes from a database server, so it must be a number. */
function changedSince(state: string): string {
  if (!/^\d{1,10}$/.test(state)) throw new RangeError(`not a transaction id: ${state}`);
  return `age(xmin) <= age('${state}'::xid)`;
}

interface CountsOfBoth extends Counts {
  /** Number of rows in the target. */
  targetTotal: number;
}

const isDifferent = ({ total, changed, targetTotal }: CountsOfBoth): boolean => changed > 0 || total !== targetTotal;

async function countBoth(
  { tx, source, target, inTarget }: Copies,
  tables: readonly TenantTable[],
  since: string,
): Promise<Map<string, CountsOfBoth>> {
  const [here, targetTotal] = await Promise.all([
    countRows(tx, source, tables, since),
    inTarget((there) => countRows(there, target, tables)),
  ]);
  return new Map([...here].map(([name, counts]) => [name, { ...counts, targetTotal: targetTotal.get(name)!.total }]));
}

/** Counts the rows of each table and the changed ones among them, in one statement. */
async function countRows(
  tx: CopyTx,
  endpoint: MoveEndpoint,
  tables: readonly TenantTable[],
  since?: string,
): Promise<Map<string, Counts>> {
  const changed = since === undefined ? '0' : `count(*) filter (where ${changedSince(since)})`;
  const each = tables.map(
    (table, n) =>
      `select $${n + 1}::text as name, count(*)::float8 as total, (${changed})::float8 as changed from ${nameIn(endpoint, table)}${table.rows ? ` where ${table.rows}` : ''}`,
  );
  const rows = await tx.run<Counts & { name: string }>(
    each.join(' union all '),
    tables.map(({ name }) => name),
  );
  return new Map(rows.map(({ name, ...counts }) => [name, counts]));
}

/** Deletes the rows that migrations inserted into the new schema; the source has them as well. */
const truncateTables = (target: MoveEndpoint, tables: readonly TenantTable[]): Promise<unknown> =>
  asOwner(target, (tx) => tx.run(`truncate ${tables.map((table) => nameIn(target, table)).join(', ')}`));

/** Copies the changes of one table. Returns the number of rows. */
async function copyTableChanges(copy: TableCopy, { total, changed, targetTotal }: CountsOfBoth): Promise<number> {
  const replaced = changed > 0 ? await deleteChanged(copy) : 0;
  const gone = targetTotal - replaced + changed - total;
  if (gone > 0) await deleteGone(copy);
  if (changed > 0) await copyRows(copy);
  return changed + gone;
}

/** Deletes from the target the rows that changed in the source. Returns how many of them the target had. */
async function deleteChanged({ tx, source, target, inTarget, table, changed, signal }: TableCopy): Promise<number> {
  let deleted = 0;
  for await (const keys of rowsIn(copyKeys(tx, source, table, changed), keysPerBatch)) {
    stopIfAborted(signal);
    deleted += await inTarget((there) => deleteRows(there, nameIn(target, table), table, keys));
  }
  return deleted;
}

/** Deletes from the target the rows that no longer exist in the source. */
async function deleteGone({ tx, source, target, inTarget, table }: TableCopy): Promise<void> {
  await inTarget(async (there) => {
    const gone: Keys[] = [];
    for await (const keys of rowsIn(copyKeys(there, target, table), keysPerBatch)) {
      gone.push(await missingKeys(tx, nameIn(source, table), table, keys));
    }
    for (const keys of gone) if (keys.length > 0) await deleteRows(there, nameIn(target, table), table, keys);
  });
}

function copyKeys(tx: CopyTx, endpoint: MoveEndpoint, table: TenantTable, changed?: string) {
  const conditions = [table.rows, changed].filter((each) => each !== undefined).map((each) => `(${each})`);
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  return tx.copyOut(`copy (select ${keyOf(table)} from ${nameIn(endpoint, table)}${where}) to stdout`);
}

/** Inserts the table's rows, or only the changed ones, part by part. */
async function copyRows({ tx, source, target, inTarget, table, changed, signal }: TableCopy): Promise<number> {
  let rows = 0;
  for await (const text of cutParts(copyOut(tx, source.place.schemaName, table, { where: changed }))) {
    stopIfAborted(signal);
    rows += countLines(text);
    await inTarget((there) => pipeline([text], copyIn(there, target.place.schemaName, table)));
  }
  return rows;
}
