import { customType, integer, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** A version 7 uuid made by the program (`uuidv7()`); the database never makes ids. */
export const primaryId = () => uuid().primaryKey();

/** Milliseconds only: a JavaScript date cannot hold microseconds, and a cursor made from one would skip rows. */
export const instant = () => timestamp({ precision: 3, withTimezone: true });

export const createdAt = () => instant().notNull().defaultNow();

/** Set by the program on every update: a parameter is the only form that all kinds of statement may carry. */
export const updatedAt = () =>
  instant()
    .notNull()
    .defaultNow()
    .$onUpdate(() => new Date());

/** Counts the changes of a row, for `expectedVersion`. */
export const version = () => integer().notNull().default(1);

/** An integrator's own key of a row; unique where it is set, and usable in place of the id. */
export const externalReference = () => text();

/** Text that people read and sort: ordered alike on every platform, whatever the locale of the server. */
export const label = customType<{ data: string }>({ dataType: () => 'text COLLATE "und-x-icu"' });

/** A fractional rank: compared byte by byte. */
export const rank = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });
