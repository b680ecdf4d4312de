import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { timestamp } from 'drizzle-orm/pg-core';

/** A moment, to the millisecond: JavaScript dates hold no more, and cursors are made from them. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** When a row was made and last changed. The program sets `updated_at`; triggers would not run on a Citus worker. */
export const lifetime = {
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at')
    .notNull()
    .defaultNow()
    .$onUpdate(() => new Date()),
};

/** The CHECK that holds a text column to a closed list (enum types break shared prepared statements). */
export const oneOf = (column: PgColumn, values: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`;
