import { and, eq, getColumns, getTableName, type InferSelectModel, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Viewer } from '../identity/viewer.ts';
import { notFound } from '../lib/errors.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import { readerOfColumn } from './column-values.ts';
import { conditionOf } from './guarded-db.ts';
import type { IdTable } from './rows.ts';
import { given } from './statement.ts';
import { viewerStatement } from './viewer-statement.ts';

/** A row without its search vector. */
export type Row<T extends IdTable> = Omit<InferSelectModel<T>, 'search'>;

type Lock = 'no key update' | 'key share' | undefined;

interface Wanted {
  table: IdTable;
  id: string;
  typename: string;
  /** The path of the argument. */
  field: string;
}

/** The row, if the viewer may see it. Throws NOT_FOUND with the argument of the id. */
export const getVisible = <T extends IdTable>(
  tx: TenantTx,
  viewer: Viewer,
  table: T,
  id: string,
  typename: string,
  field = 'input.id',
): Promise<Row<T>> => findVisible(tx, viewer, { table, id, typename, field }, undefined) as Promise<Row<T>>;

/** The same, locked against other changes until the transaction ends; other rows may still refer to it. */
export const lockVisible = <T extends IdTable>(
  tx: TenantTx,
  viewer: Viewer,
  table: T,
  id: string,
  typename: string,
  field = 'input.id',
): Promise<Row<T>> => findVisible(tx, viewer, { table, id, typename, field }, 'no key update') as Promise<Row<T>>;

const loaded = new WeakMap<TenantTx, { table: IdTable; row: Row<IdTable> }>();

/** Makes `getVisible` and `lockVisible` return this row, which the transaction has locked, without reading it again. */
export const useLocked = (tx: TenantTx, table: IdTable, row: Row<IdTable>): void => void loaded.set(tx, { table, row });

async function findVisible(
  tx: TenantTx,
  viewer: Viewer,
  { table, id, typename, field }: Wanted,
  lock: Lock,
): Promise<object> {
  const known = loaded.get(tx);
  if (known && known.table === table && known.row.id === id) return known.row;
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

export type ReferencedTable = IdTable & { externalReference: PgColumn };

/**
 * The rows with these external references that the viewer may see, locked in the order of their ids, so that two
 * transactions cannot wait for each other.
 */
export async function lockVisibleByReference(
  tx: TenantTx,
  viewer: Viewer,
  table: ReferencedTable,
  references: readonly string[],
): Promise<Row<ReferencedTable>[]> {
  const columns = columnsOf(table);
  const statement = viewerStatement<{ references: readonly string[] }>(
    `rows of ${getTableName(table)} by reference`,
    viewer,
    (of) => sql`select ${sql.join(Object.values(columns), sql`, `)} from ${table}
      where ${and(conditionOf(table, of), sql`${table.externalReference} = any(${given('references')}::text[])`)}
      order by ${table.id} for no key update`,
  );
  const found = (await statement.run(tx, { references, viewer })) as unknown as unknown[][];
  return found.map((values) => rowOf(columns, values) as Row<ReferencedTable>);
}

/** Selects from the row whose id is the placeholder `id`, if the viewer may see it. */
export const rowsById = (table: IdTable, selected: SQL, id: string, viewer: Viewer): SQL =>
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
