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

/** When a row was made and last changed; a parameter sets the change, the form that all kinds of statement may carry. */
export const lifetime = {
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at')
    .notNull()
    .defaultNow()
    .$onUpdate(() => new Date()),
};

/** Counts the changes of a row, for `expectedVersion`. */
export const version = () => integer().notNull().default(1);

/** An integrator's own key of a row; unique where it is set, and usable in place of the id. */
export const externalReference = () => text();

/** Text that people read and sort: ordered alike on every platform, whatever the locale of the server. */
export const label = customType<{ data: string }>({ dataType: () => 'text COLLATE "und-x-icu"' });

/**
 * The name of a row whose name equalled another one but for case before names were unique without case. It is exempt
 * from `uniqueName` until it is renamed; only the migration that adds the index sets this column.
 */
export const grandfatheredName = () => label('grandfathered_name');

/** A unique index over names: two that differ only in case, spaces or composition are the same name. */
export const uniqueName = (index: string, t: { name: AnyPgColumn; grandfatheredName: AnyPgColumn }) =>
  uniqueIndex(index)
    .on(sql`extensions.name_key(${t.name})`)
    .where(sql`${t.grandfatheredName} is distinct from ${t.name}`);

/** A fractional rank: compared byte by byte. */
export const rank = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** A check that a column holds one of the values; an enum type of the database would break plans shared by schemas. */
export const oneOf = (column: AnyPgColumn, values: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', '))})`;
