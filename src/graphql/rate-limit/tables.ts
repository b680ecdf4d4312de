import { sql } from 'drizzle-orm';
import { check, index, integer, text } from 'drizzle-orm/pg-core';
import { instant, table } from '../../lib/columns.ts';

/**
 * Token buckets of callers, from which processes lease points. A row may be deleted once its bucket is full: a bucket
 * without a row is full.
 */
export const tokenBuckets = table(
  'token_buckets',
  {
    /** The kind and the id of the caller. */
    id: text().primaryKey(),
    /** How many points it holds at most, and how many it gets back a second, as of its last lease. */
    points: integer().notNull(),
    restoreRate: integer().notNull(),
    /** How many points the last lease got. */
    granted: integer().notNull(),
    /** When it will be full again: each point that is leased moves this later. */
    fullAt: instant().notNull(),
  },
  (t) => [
    index('token_buckets_full_at_idx').on(t.fullAt),
    check('token_buckets_size_check', sql`${t.points} > 0 and ${t.restoreRate} > 0 and ${t.granted} >= 0`),
  ],
);
