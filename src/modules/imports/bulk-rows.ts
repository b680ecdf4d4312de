import { getColumns, type InferInsertModel, type InferSelectModel, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { VersionedTable } from '../../access/rows.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantDb, TenantTx } from '../../tenancy/tenant-session.ts';

/** A table with an external reference, by which integrators synchronize rows. */
export type ReferencedTable = VersionedTable & { externalReference: PgColumn };
export type RowOf<T extends PgTable> = InferSelectModel<T>;
export type NewRow<T extends PgTable> = Partial<InferInsertModel<T>> & { id: string; externalReference: string };

/** The largest number of rows in one statement. */
const rowsPerStatement = 2_000;

/*
 * Rows are sent as one JSON parameter, so a statement has the same text for any number of rows. With a parameter for
 * each value, every batch size would be another prepared statement, which takes memory.
 */

/** Whether a text or an id is one of these values, which are sent as one parameter. */
export const isOneOf = (value: SQLWrapper, values: readonly string[], type: 'text' | 'uuid' = 'text'): SQL =>
  sql`${value} = any(${sql.param([...values])}::${sql.raw(type)}[])`;

/** Finds rows by reference; with `lock`, locks them until the transaction ends. */
export async function findByReference<T extends ReferencedTable>(
  db: TenantDb,
  table: T,
  references: readonly string[],
  lock?: 'no key update',
): Promise<RowOf<T>[]> {
  const found: RowOf<T>[] = [];
  // Search vectors are large, and derived from other columns
  const { search: _, ...columns } = getColumns(table as PgTable) as Record<string, PgColumn>;
  for (const part of chunksOf(references)) {
    const query = db
      .select(columns)
      .from(table as PgTable)
      .where(isOneOf(table.externalReference, part));
    found.push(...((await (lock ? query.for(lock) : query)) as RowOf<T>[]));
  }
  return found;
}

/**
 * Inserts rows; absent columns get their defaults. Throws TRANSACTION_CONFLICT if another transaction has inserted a
 * row with one of the references since the lookup.
 */
export async function insertRows<T extends ReferencedTable>(tx: TenantTx, table: T, rows: NewRow<T>[]): Promise<void> {
  for (const part of groupBySameColumns(rows)) {
    const { columns, recordset } = record(table, part);
    const names = namesOf(columns);
    const written = await tx.execute(
      sql`insert into ${table} (${names}) select ${names} from ${recordset}
          on conflict (external_reference) do nothing returning id`,
    );
    if (written.length < part.length) throw concurrentImport();
  }
}

/** Inserts the rows that do not exist yet; returns the values of one column of the inserted rows. */
export async function insertMissing(
  tx: TenantTx,
  table: PgTable,
  rows: readonly object[],
  column: PgColumn,
): Promise<string[]> {
  const added: string[] = [];
  for (const part of groupBySameColumns(rows)) {
    const { columns, recordset } = record(table, part);
    const names = namesOf(columns);
    const written = await tx.execute<{ added: string }>(
      sql`insert into ${table} (${names}) select ${names} from ${recordset}
          on conflict do nothing returning ${sql.identifier(column.name)} as added`,
    );
    added.push(...written.map((row) => row.added));
  }
  return added;
}

/** Updates the given columns of rows, which are found by id, and increments their versions. */
export async function updateRows<T extends ReferencedTable>(
  tx: TenantTx,
  table: T,
  rows: (Partial<RowOf<T>> & { id: string })[],
): Promise<void> {
  for (const part of groupBySameColumns(rows)) {
    const { columns, recordset } = record(table, part);
    const changes = columns
      .filter(({ name }) => name !== 'id')
      .map(({ name }) => assign(name, sql`r.${sql.identifier(name)}`));
    changes.push(assign('version', sql`${table}.version + 1`), assign('updated_at', sql`${new Date()}::timestamptz`));
    await tx.execute(sql`update ${table} set ${sql.join(changes, sql`, `)} from ${recordset} where ${table}.id = r.id`);
  }
}

/** Deletes rows by reference; returns the ids of the deleted ones. */
export async function deleteByReference(
  tx: TenantTx,
  table: ReferencedTable,
  references: readonly string[],
): Promise<string[]> {
  const deleted = await tx
    .delete(table as PgTable)
    .where(isOneOf(table.externalReference, references))
    .returning({ id: table.id });
  return deleted.map(({ id }) => id as string);
}

const namesOf = (columns: readonly PgColumn[]): SQL =>
  sql.join(
    columns.map(({ name }) => sql.identifier(name)),
    sql`, `,
  );

const assign = (name: string, value: SQL): SQL => sql`${sql.identifier(name)} = ${value}`;

interface Recordset {
  columns: PgColumn[];
  recordset: SQL;
}

/** The rows as a table `r` for a query. All must have the same columns. */
function record(table: PgTable, rows: readonly object[]): Recordset {
  const all = getColumns(table) as Record<string, PgColumn>;
  const keys = Object.keys(rows[0]!);
  const columns = keys.map((key) => all[key]!);
  const json = JSON.stringify(rows.map((row) => byColumn(row as Record<string, unknown>, keys, columns)));
  const types = columns.map((column) => sql`${sql.identifier(column.name)} ${sql.raw(typeOf(column))}`);
  return { columns, recordset: sql`json_to_recordset(${json}::json) as r (${sql.join(types, sql`, `)})` };
}

const byColumn = (row: Record<string, unknown>, keys: readonly string[], columns: readonly PgColumn[]) =>
  Object.fromEntries(keys.map((key, index) => [columns[index]!.name, row[key] ?? null]));

const typeOf = (column: PgColumn): string => `${column.getSQLType()}${'[]'.repeat(column.dimensions)}`;

/** Groups rows by their set of columns: a statement must not set columns that one of its rows leaves unchanged. */
function* groupBySameColumns<T extends object>(rows: readonly T[]): Generator<T[]> {
  for (const group of Map.groupBy(rows, (row) => Object.keys(row).join()).values()) yield* chunksOf(group);
}

function* chunksOf<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += rowsPerStatement) yield all.slice(at, at + rowsPerStatement);
}

const concurrentImport = (): AppError =>
  new AppError('TRANSACTION_CONFLICT', 'Another process imported some of the same objects; run the import again', {
    retryAfter: 1,
  });
