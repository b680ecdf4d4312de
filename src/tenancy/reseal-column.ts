import { and, asc, eq, getTableColumns, gt, isNotNull, notLike } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Seal } from '../lib/seal.ts';
import type { Catalog } from './catalog.ts';

/** A column of the catalog whose values are sealed. */
export interface SealedColumn {
  table: PgTable;
  id: PgColumn;
  value: PgColumn;
  /** The context that a row's value is sealed with. */
  contextOf(id: string): string;
}

export interface Resealed {
  resealed: number;
  /** Values that no known secret opens. */
  unopened: number;
}

const pageSize = 200;

/**
 * Seals those values of a column again that are not sealed under the current secret, a page at a time. A row that
 * changes meanwhile keeps its new value.
 */
export async function resealColumn(catalog: Catalog, seal: Seal, column: SealedColumn): Promise<Resealed> {
  const { table, id, value, contextOf } = column;
  const done: Resealed = { resealed: 0, unopened: 0 };
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after;
    const stale = and(
      isNotNull(value),
      notLike(value, `${seal.currentPrefix}%`),
      from === '' ? undefined : gt(id, from),
    );
    const rows = (await catalog.read((db) =>
      db.select({ id, value }).from(table).where(stale).orderBy(asc(id)).limit(pageSize),
    )) as { id: string; value: string }[];
    await catalog.write(async (tx) => {
      for (const row of rows) {
        const plain = openOrUndefined(seal, row.value, contextOf(row.id));
        if (plain === undefined) done.unopened++;
        else {
          const isUnchanged = and(eq(id, row.id), eq(value, row.value));
          await tx
            .update(table)
            .set({ [keyOf(table, value)]: seal.seal(plain, contextOf(row.id)) })
            .where(isUnchanged);
          done.resealed++;
        }
      }
    });
    after = rows.length < pageSize ? undefined : rows.at(-1)!.id;
  }
  return done;
}

/** Undefined for a value that no known secret opens. */
export function openOrUndefined(seal: Seal, sealed: string, context: string): string | undefined {
  try {
    return seal.open(sealed, context);
  } catch {
    return undefined;
  }
}

/** The property by which drizzle knows a column. */
function keyOf(table: PgTable, column: PgColumn): string {
  return Object.entries(getTableColumns(table)).find(([, each]) => each === column)![0];
}
