import { and, eq, getColumns, getTableName, type InferSelectModel, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Viewer } from '../identity/viewer.ts';
import { badInput, notFound } from '../lib/errors.ts';
import type { TenantTx } from '../tenancy/binding.ts';
import { readerOfColumn } from '../tenancy/column-values.ts';
import type { IdTable } from '../tenancy/rows.ts';
import { given } from '../tenancy/statement.ts';
import { conditionOf } from './guarded-db.ts';
import { viewerStatement } from './viewer-statement.ts';

/** A row's own columns; what the database computes for searches stays there. */
export type Row<T extends IdTable> = Omit<InferSelectModel<T>, 'search'>;

type Lock = 'no key update' | 'key share' | undefined;

/** A row that an argument refers to. */
export interface Reference {
  table: IdTable;
  id: string;
  typename: string;
  /** The argument. */
  field: string;
  /** What must hold of the row beside that the viewer sees it: a column with a value, or `otherwise` is wrong. */
  belongs?: { to: string; by: PgColumn; otherwise: string };
}

/** A value of the same moment that is asked for along with the rows. */
export interface Also {
  name: string;
  value: SQL;
  given: Readonly<Record<string, unknown>>;
}

/** The row, if the viewer may see it. Throws NOT_FOUND, naming the argument that the id came from. */
export const getVisible = <T extends IdTable>(
  tx: TenantTx,
  viewer: Viewer,
  table: T,
  id: string,
  typename: string,
  field = 'input.id',
): Promise<Row<T>> => findVisible(tx, viewer, { table, id, typename, field }, undefined) as Promise<Row<T>>;

/** The same, locked against other changes until the transaction ends; references to it may still be made. */
export const lockVisible = <T extends IdTable>(
  tx: TenantTx,
  viewer: Viewer,
  table: T,
  id: string,
  typename: string,
  field = 'input.id',
): Promise<Row<T>> => findVisible(tx, viewer, { table, id, typename, field }, 'no key update') as Promise<Row<T>>;

/** Throws NOT_FOUND unless the viewer may see the row. It is locked against deletion, so that a reference stays true. */
export async function requireVisible(
  tx: TenantTx,
  viewer: Viewer,
  table: IdTable,
  id: string,
  typename: string,
  field: string,
): Promise<void> {
  await requireAllVisible(tx, viewer, [{ table, id, typename, field }]);
}

/**
 * The same for several rows by one statement, with one more value, which it gives. Throws NOT_FOUND for the first row
 * that is not there or not seen, BAD_INPUT for the first that does not belong to what it should.
 */
export async function requireAllVisible(
  tx: TenantTx,
  viewer: Viewer,
  references: readonly Reference[],
  also?: Also,
): Promise<unknown> {
  if (references.length === 0 && !also) return undefined;
  const values: Record<string, unknown> = { ...also?.given };
  for (const [i, { id, belongs }] of references.entries()) {
    values[`id${i}`] = id;
    if (belongs) values[`to${i}`] = belongs.to;
  }
  const name = `require ${references.map(nameOf)} ${also?.name}`;
  const statement = viewerStatement(name, viewer, (of) => {
    const found = references.map((reference, i) => sql`(${requiredRow(reference, i, of)})`);
    return sql`select ${sql.join(also ? [...found, also.value] : found, sql`, `)}`;
  });
  const [row] = (await statement.run(tx, { ...values, viewer })) as unknown as [unknown[]];
  for (const [i, { typename, field, belongs }] of references.entries()) {
    if (row[i] === null) throw notFound(typename, field);
    if (row[i] === false) throw badInput(belongs!.otherwise, field);
  }
  return row[references.length];
}

const nameOf = ({ table, belongs }: Reference): string =>
  belongs ? `${getTableName(table)}.${belongs.by.name}` : getTableName(table);

/** Whether the row belongs to what it should; nothing where there is no row. */
function requiredRow({ table, belongs }: Reference, place: number, viewer: Viewer): SQL {
  const holds = belongs ? sql`coalesce(${belongs.by} = ${given(`to${place}`)}, false)` : sql`true`;
  return sql`${rowsById(table, holds, `id${place}`, viewer)} for key share`;
}

async function findVisible(
  tx: TenantTx,
  viewer: Viewer,
  { table, id, typename, field }: Reference,
  lock: Lock,
): Promise<object> {
  const columns = columnsOf(table);
  const statement = viewerStatement<{ id: string }>(`row ${getTableName(table)} ${lock}`, viewer, (of) => {
    const names = sql.join(Object.values(columns), sql`, `);
    const rows = rowsById(table, names, 'id', of);
    return lock ? sql`${rows} for ${sql.raw(lock)}` : rows;
  });
  const [values] = (await statement.run(tx, { id, viewer })) as unknown as [unknown[] | undefined];
  if (!values) throw notFound(typename, field);
  return rowOf(columns, values);
}

/** What is selected of the row with an id, if the viewer may see it. */
const rowsById = (table: IdTable, selected: SQL, id: string, viewer: Viewer): SQL =>
  sql`select ${selected} from ${table} where ${and(conditionOf(table, viewer), eq(table.id, given(id)))}`;

function columnsOf(table: IdTable): Record<string, PgColumn> {
  const { search: _, ...columns } = getColumns(table as PgTable) as Record<string, PgColumn>;
  return columns;
}

function rowOf(columns: Record<string, PgColumn>, values: readonly unknown[]): object {
  const row: Record<string, unknown> = {};
  for (const [i, [key, column]] of Object.entries(columns).entries()) {
    const value = values[i];
    row[key] = value === null ? null : (readerOfColumn(column)?.(value) ?? value);
  }
  return row;
}
