import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, text } from 'drizzle-orm/pg-core';
import { instant, primaryId, table } from '../../lib/columns.ts';

/**
 * Work that was promised in a transaction of the tenant, and is done after it. It is in the tenant’s schema, so its
 * role isolates it, and archives, moves and deletions take it along.
 */
export const jobs = table(
  'jobs',
  {
    id: primaryId(),
    kind: text().notNull(),
    payload: jsonb().$type<Record<string, unknown>>().notNull(),
    /** Not before this time. */
    runAt: instant().notNull().defaultNow(),
    /** How often it was begun. */
    attempts: integer().notNull().default(0),
    /** Until when a process works on it; null if none does. If it dies, another one begins again then. */
    lockedUntil: instant(),
    /** When it was given up; null while it is going to be tried. */
    diedAt: instant(),
    lastError: text(),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    index('jobs_due').on(t.runAt, t.id).where(sql`${t.diedAt} is null`),
    index('jobs_dead').on(t.diedAt, t.id).where(sql`${t.diedAt} is not null`),
    check('jobs_attempts', sql`${t.attempts} >= 0`),
  ],
);
