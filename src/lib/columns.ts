import { type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  customType,
  integer,
  snakeCase,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

/** A table whose columns are snake_case in the database and camelCase here. */
export const table = snakeCase.table;

/** A version 7 uuid made by the program (`uuidv7()`); the database never makes ids. */
export const primaryId = () => uuid().primaryKey();

/** Milliseconds only: a JavaScript date cannot hold microseconds, and a cursor made from one would skip rows. */
export const instant = (name = '') => timestamp(name, { precision: 3, withTimezone: true });

/** When a row was created and last updated. The program sets the time of the update as a parameter. */
export const lifetime = {
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at')
    .notNull()
    .defaultNow()
    .$onUpdate(() => new Date()),
};

/** The number of changes of a row, for `expectedVersion`. */
export const version = () => integer().notNull().default(1);

/** An integrator's own key of a row; unique where it is set, and usable in place of the id. */
export const externalReference = () => text();

/** Text that people read and sort: ordered alike on every platform, whatever the locale of the server. */
export const label = customType<{ data: string }>({ dataType: () => 'text COLLATE "und-x-icu"' });

/**
 * The name or code of a row that equalled another one but for case before they were unique without case. It is exempt
 * from `uniqueWithoutCase` until it is changed; only the migration that adds the index sets this column, which is
 * called `grandfathered_` and the name of the other: the doctor finds it so.
 */
export const grandfathered = (column: string) => label(`grandfathered_${column}`);

/**
 * A unique index over names or codes: two that differ only in case, spaces or composition are the same. `exempt` is the
 * `grandfathered` column of a table that had rows before the index.
 */
export function uniqueWithoutCase(index: string, column: AnyPgColumn, exempt?: AnyPgColumn) {
  const unique = uniqueIndex(index).on(sql`extensions.name_key(${column})`);
  return exempt ? unique.where(sql`${exempt} is distinct from ${column}`) : unique;
}

/** A fractional rank: compared byte by byte. */
export const rank = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** A check that a column has one of the values. An enum type would break prepared statements that schemas share. */
export const oneOf = (column: AnyPgColumn, values: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', '))})`;
