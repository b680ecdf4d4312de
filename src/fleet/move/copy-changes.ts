import { pipeline } from 'node:stream/promises';
import type { CopyTx } from '../../db/admin.ts';
import type { Migration } from '../../db/migration-files.ts';
import { AppError } from '../../lib/errors.ts';
import { stopIfAborted } from '../copy/interrupted.ts';
import { cutParts, rowsOf } from '../copy/parts.ts';
import { inSnapshot } from '../copy/snapshot.ts';
import { beginSnapshot, copyIn, copyOut, useCopyText } from '../copy/table-copy.ts';
import { differentTables, type TenantTable } from '../copy/tenant-tables.ts';
import { rowsIn } from './copy-text.ts';
import { deleteRows, type Keys, keyOf, missingKeys } from './keys.ts';
import { asOwner, type MoveEndpoint, nameIn, snapshotOf } from './move-endpoint.ts';

export interface CopyRound {
  source: MoveEndpoint;
  target: MoveEndpoint;
  /** Those that made the tables of both. */
  migrations: readonly Migration[];
  /** The target's tables; a source with others is refused: INVALID_STATE. */
  tables: readonly TenantTable[];
  /** The state that the target has, as the round before gave it; absent when the target is empty. */
  since?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Told of each table that is done, and waited for. */
  onTable?: ((done: { tables: number; of: number }) => void | Promise<void>) | undefined;
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

/** Does some work in the target; the text of values is COPY's. */
type InTarget = <T>(work: (tx: CopyTx) => Promise<T>) => Promise<T>;

const keysAtOnce = 5_000;

/**
 * Makes the target what the source is in one snapshot of it. What has changed since an earlier snapshot is told by the
 * transaction that wrote each row: those which that snapshot saw are older than every one that was running then. (`age`
 * compares ids as the server does, around their wrap.) What is gone is told by the numbers of rows, and then by
 * comparing keys. No trigger, and nothing is written to the source.
 *
 * The target has no foreign keys meanwhile: what is gone is deleted before what is new comes, so nothing unique is met
 * twice, whatever rows exchanged their values. Its transactions are short: a long one would hold back the event logs of
 * all tenants on the server.
 */
export function copyChanges(round: CopyRound): Promise<CopiedRound> {
  const { source, target, migrations, since, signal, onTable, compare } = round;
  const inTarget: InTarget = (work) =>
    asOwner(target, async (tx) => {
      await useCopyText(tx);
      return await work(tx);
    });
  return inSnapshot(source.admin, snapshotOf(source, migrations), async (tx, tables) => {
    requireSame(round.tables, tables);
    const state = await stateOf(tx);
    const copies = { tx, source, target, inTarget, signal };
    const counts = since === undefined ? undefined : await countBoth(copies, tables, since);
    if (!counts) await empty(target, tables);
    let rows = 0;
    for (const [n, table] of tables.entries()) {
      stopIfAborted(signal);
      const copy = { ...copies, table, changed: since && changedSince(since) };
      rows += counts ? await follow(copy, counts.get(table.name)!) : await copyRows(copy);
      await onTable?.({ tables: n + 1, of: tables.length });
    }
    await compare?.(tx, tables);
    return { state, rows };
  });
}

export interface LastRound extends Pick<CopyRound, 'source' | 'target'> {
  tables: readonly TenantTable[];
  since: string;
  /** Sees both while they are the same, with the tables that had changed. */
  whileSame: (source: CopyTx, target: CopyTx, changed: readonly TenantTable[]) => Promise<void>;
}

/**
 * The same for the little that is left when nothing is written any more: in one transaction of the target. Returns the
 * number of rows.
 */
export function copyLast({ source, target, tables, since, whileSame }: LastRound): Promise<number> {
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
        rows += await follow({ ...copies, table, changed: changedSince(since) }, counts.get(table.name)!);
      }
      await whileSame(tx, there, different);
      return rows;
    });
  });
}

/**
 * What one server says of the tables is used on the other, so both must say the same: at most one of them belongs to
 * somebody who would lie.
 */
function requireSame(there: readonly TenantTable[], here: readonly TenantTable[]): void {
  const different = differentTables(there, here);
  if (different.length === 0) return;
  throw new AppError(
    'INVALID_STATE',
    `The databases differ in the form of ${different.join(', ')}: the organization was migrated meanwhile, or one was changed by hand`,
  );
}

async function stateOf(tx: CopyTx): Promise<string> {
  const [snapshot] = await tx.run<{ state: string }>(
    'select (pg_snapshot_xmin(pg_current_snapshot())::xid)::text as state',
  );
  return snapshot!.state;
}

interface Copies {
  /** The source's snapshot. */
  tx: CopyTx;
  source: MoveEndpoint;
  target: MoveEndpoint;
  inTarget: InTarget;
}

interface TableCopy extends Copies {
  /** Ends it between two parts. */
  signal?: AbortSignal | undefined;
  table: TenantTable;
  /** Which rows have changed, in SQL. */
  changed: string | undefined;
}

/** Ids come from the server itself; anything else never becomes SQL. */
function changedSince(state: string): string {
  if (!/^\d{1,10}$/.test(state)) throw new RangeError(`not a transaction id: ${state}`);
  return `age(xmin) <= age('${state}'::xid)`;
}

interface BothCounts extends Counts {
  /** How many rows the target has. */
  held: number;
}

const isDifferent = ({ total, changed, held }: BothCounts): boolean => changed > 0 || total !== held;

async function countBoth(
  { tx, source, target, inTarget }: Copies,
  tables: readonly TenantTable[],
  since: string,
): Promise<Map<string, BothCounts>> {
  const [here, held] = await Promise.all([
    countRows(tx, source, tables, since),
    inTarget((there) => countRows(there, target, tables)),
  ]);
  return new Map([...here].map(([name, counts]) => [name, { ...counts, held: held.get(name)!.total }]));
}

/** How many rows each table has, and how many of those have changed: one statement. */
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

/** Migrations may have put rows into a new schema; they are in the source as well. */
const empty = (target: MoveEndpoint, tables: readonly TenantTable[]): Promise<unknown> =>
  asOwner(target, (tx) => tx.run(`truncate ${tables.map((table) => nameIn(target, table)).join(', ')}`));

/** Copies what changed in one table since the target was as the source. Returns the number of rows. */
async function follow(copy: TableCopy, { total, changed, held }: BothCounts): Promise<number> {
  const replaced = changed > 0 ? await deleteChanged(copy) : 0;
  const gone = held - replaced + changed - total;
  if (gone > 0) await deleteGone(copy);
  if (changed > 0) await copyRows(copy);
  return changed + gone;
}

/** Deletes from the target what has changed in the source; returns how many of those rows it had. */
async function deleteChanged({ tx, source, target, inTarget, table, changed, signal }: TableCopy): Promise<number> {
  let deleted = 0;
  for await (const keys of rowsIn(copyKeys(tx, source, table, changed), keysAtOnce)) {
    stopIfAborted(signal);
    deleted += await inTarget((there) => deleteRows(there, nameIn(target, table), table, keys));
  }
  return deleted;
}

/** Deletes from the target what the source does not have any more. */
async function deleteGone({ tx, source, target, inTarget, table }: TableCopy): Promise<void> {
  await inTarget(async (there) => {
    const gone: Keys[] = [];
    for await (const keys of rowsIn(copyKeys(there, target, table), keysAtOnce)) {
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

/** Adds the table's rows, or those that have changed, part by part. */
async function copyRows({ tx, source, target, inTarget, table, changed, signal }: TableCopy): Promise<number> {
  let rows = 0;
  for await (const text of cutParts(copyOut(tx, source.place.schemaName, table, changed))) {
    stopIfAborted(signal);
    rows += rowsOf(text);
    await inTarget((there) => pipeline([text], copyIn(there, target.place.schemaName, table)));
  }
  return rows;
}
