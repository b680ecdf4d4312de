import { sql } from 'drizzle-orm';
import { events } from '../events/tables.ts';

/** A subquery: the position after the events of this transaction and of all those that have ended. */
export const logEnd = sql`select coalesce(max(${events.era}), 1), pg_current_xact_id(), 9223372036854775807 from ${events}`;
