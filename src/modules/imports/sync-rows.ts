import { getColumns } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { formatDecimal, parseDecimal } from '../../lib/decimal.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { findByReference, insertRows, type NewRow, type ReferencedTable, type RowOf, updateRows } from './bulk-rows.ts';

/** A row as the file describes it: its reference, and the columns that the file determines. */
export type Wanted<T extends ReferencedTable> = Omit<Partial<RowOf<T>>, 'id'> & { externalReference: string };

export interface SyncOptions<T extends ReferencedTable> {
  /**
   * Called with the new and the differing rows before any is written, to take the locks that come before row locks.
   */
  prepare?(missing: readonly Wanted<T>[], differing: readonly Difference<T>[]): void;
  /** Returns further columns of new rows, in the same order. */
  complete?(rows: Wanted<T>[]): Promise<object[]>;
  /** Returns further columns that change in differing rows, in the same order. The rows are locked. */
  completeChanges?(rows: readonly Difference<T>[]): Promise<object[]>;
  /** Whether the file may change a row; otherwise the row stays unchanged. */
  mayChange?(row: RowOf<T>): boolean;
  /** Throws if the file must not create a row, or change a row that differs. */
  requireAllowed?(want: Wanted<T>, row?: RowOf<T>): void;
  /** The creation time of a new row, for an id that sorts by time. */
  createdAtOf?(row: Wanted<T>): Date;
}

export interface Synced<T extends ReferencedTable> {
  /** The ids of all rows, by reference. */
  ids: Map<string, string>;
  created: string[];
  updated: { id: string; before: Partial<RowOf<T>>; after: Partial<RowOf<T>> }[];
}

/** Creates missing rows and updates differing ones; rows that equal the file are not touched. */
export async function syncRows<T extends ReferencedTable>(
  tx: TenantTx,
  table: T,
  given: readonly Wanted<T>[],
  options: SyncOptions<T> = {},
): Promise<Synced<T>> {
  // If several rows have the same reference, the last one is used
  const wanted = [...new Map(given.map((want) => [want.externalReference, want])).values()];
  const references = wanted.map(({ externalReference }) => externalReference);
  const known = byReference<T>(await findByReference(tx, table, references));
  const missing = wanted.filter(({ externalReference }) => !known.has(externalReference));
  const different = differences(table, wanted, known, options);
  const differing = different.map(({ reference }) => reference);
  options.prepare?.(missing, different);
  const created = missing.length > 0 ? await create(tx, table, missing, options) : [];
  const updated = differing.length > 0 ? await change(tx, table, wanted, differing, options) : [];
  const ids = new Map([...known].map(([reference, { id }]) => [reference, id as string]));
  for (const { id, externalReference } of created) ids.set(externalReference, id);
  return { ids, created: created.map(({ id }) => id), updated };
}

async function create<T extends ReferencedTable>(
  tx: TenantTx,
  table: T,
  missing: Wanted<T>[],
  { complete, createdAtOf, requireAllowed }: SyncOptions<T>,
): Promise<NewRow<T>[]> {
  for (const row of missing) requireAllowed?.(row);
  const more = await complete?.(missing);
  const rows = missing.map((row, index) => {
    return { id: uuidv7(createdAtOf?.(row).getTime()), ...row, ...more?.[index] } as unknown as NewRow<T>;
  });
  await insertRows(tx, table, rows);
  return rows;
}

/** Compares again after locking, so that the event contains the true previous values. */
async function change<T extends ReferencedTable>(
  tx: TenantTx,
  table: T,
  wanted: readonly Wanted<T>[],
  references: readonly string[],
  options: SyncOptions<T>,
): Promise<Synced<T>['updated']> {
  const locked = byReference<T>(await findByReference(tx, table, references, 'no key update'));
  const found = differences(table, wanted, locked, options);
  if (found.length === 0) return [];
  const more = (await options.completeChanges?.(found)) ?? [];
  await updateRows(
    tx,
    table,
    found.map(({ row, want }, index) => ({ ...want, ...more[index], id: row.id as string })) as never,
  );
  return found.map(({ row, before, after }, index) => ({
    id: row.id as string,
    before: { ...before, ...pick(row, Object.keys(more[index] ?? {})) },
    after: { ...after, ...more[index] },
  }));
}

export interface Difference<T extends ReferencedTable> {
  reference: string;
  row: RowOf<T>;
  want: Wanted<T>;
  before: Partial<RowOf<T>>;
  after: Partial<RowOf<T>>;
}

function differences<T extends ReferencedTable>(
  table: T,
  wanted: readonly Wanted<T>[],
  known: ReadonlyMap<string, RowOf<T>>,
  { mayChange, requireAllowed }: SyncOptions<T>,
): Difference<T>[] {
  const columns = getColumns(table) as Record<string, PgColumn>;
  return wanted.flatMap((want) => {
    const reference = want.externalReference;
    const row = known.get(reference);
    if (!row || mayChange?.(row) === false) return [];
    const keys = Object.keys(want).filter((key) => !same(columns[key]!, Reflect.get(row, key), Reflect.get(want, key)));
    if (keys.length === 0) return [];
    requireAllowed?.(want, row);
    return [{ reference, row, want, before: pick(row, keys), after: pick(want, keys) }] as Difference<T>[];
  });
}

const pick = (row: object, keys: readonly string[]): object =>
  Object.fromEntries(keys.map((key) => [key, Reflect.get(row, key)]));

function same(column: PgColumn, a: unknown, b: unknown): boolean {
  const [one, other] = [a, b].map((value) => canonical(column, value ?? null));
  return one === other;
}

function canonical(column: PgColumn, value: unknown): string {
  const decimal = typeof value === 'string' && column.columnType === 'PgNumeric' ? parseDecimal(value) : undefined;
  return decimal ? formatDecimal(decimal) : JSON.stringify(value);
}

const byReference = <T extends ReferencedTable>(rows: readonly RowOf<T>[]): Map<string, RowOf<T>> =>
  new Map(rows.map((row) => [row.externalReference as string, row]));
