import { eq, getColumns, type InferSelectModel } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Viewer } from '../identity/viewer.ts';
import { notFound } from '../lib/errors.ts';
import type { TenantTx } from '../tenancy/binding.ts';
import type { IdTable } from '../tenancy/rows.ts';
import { guardDb } from './guarded-db.ts';

/** A row's own columns; what the database computes for searches stays there. */
export type Row<T extends IdTable> = Omit<InferSelectModel<T>, 'search'>;

const rowsOf = (tx: TenantTx, viewer: Viewer, table: IdTable, id: string) => {
  const { search: _, ...columns } = getColumns(table as PgTable) as Record<string, PgColumn>;
  return guardDb(tx, viewer)
    .select(columns)
    .from(table as PgTable)
    .where(eq(table.id, id));
};

/** The row, if the viewer may see it. Throws NOT_FOUND, naming the argument that the id came from. */
export async function getVisible<T extends IdTable>(
  tx: TenantTx,
  viewer: Viewer,
  table: T,
  id: string,
  typename: string,
  field = 'input.id',
): Promise<Row<T>> {
  const [row] = await rowsOf(tx, viewer, table, id);
  if (!row) throw notFound(typename, field);
  return row as Row<T>;
}

/** The same, locked against other changes until the transaction ends; references to it may still be made. */
export async function lockVisible<T extends IdTable>(
  tx: TenantTx,
  viewer: Viewer,
  table: T,
  id: string,
  typename: string,
  field = 'input.id',
): Promise<Row<T>> {
  const [row] = await rowsOf(tx, viewer, table, id).for('no key update');
  if (!row) throw notFound(typename, field);
  return row as Row<T>;
}

/** Throws NOT_FOUND unless the viewer may see the row. It is locked against deletion, so that a reference stays true. */
export async function requireVisible(
  tx: TenantTx,
  viewer: Viewer,
  table: IdTable,
  id: string,
  typename: string,
  field: string,
): Promise<void> {
  const [row] = await rowsOf(tx, viewer, table, id).for('key share');
  if (!row) throw notFound(typename, field);
}
