import { sql } from 'drizzle-orm';
import { type AnyPgColumn, bigint, index, integer, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, table, xid8 } from '../../lib/columns.ts';

export type EventMetadata = Record<string, unknown>;

/** The id of the task that an event concerns, directly or through a part of the task. */
export const taskOf = ({
  metadata,
  before,
  after,
}: {
  metadata: AnyPgColumn;
  before: AnyPgColumn;
  after: AnyPgColumn;
}) => sql<string | null>`coalesce(${metadata} ->> 'taskId', ${after} ->> 'taskId', ${before} ->> 'taskId')`;

/** The tenant's append-only log, ordered by (era, xid, seq). The tenant's role may only insert and read. */
export const events = table(
  'events',
  {
    era: integer().notNull().default(1),
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
    seq: bigint({ mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
    id: uuid().notNull(),
    /** The profile of the person who did it; null for the system and for imports. */
    actorId: uuid(),
    action: text().notNull(),
    resourceType: text().notNull(),
    resourceId: uuid().notNull(),
    metadata: jsonb().$type<EventMetadata>().notNull().default({}),
    before: jsonb().$type<EventMetadata>(),
    after: jsonb().$type<EventMetadata>(),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.era, t.xid, t.seq] }),
    index('events_resource').on(t.resourceType, t.resourceId),
    index('events_task')
      .on(sql`(${taskOf(t)})`)
      .where(sql`${taskOf(t)} is not null`),
    index('events_actor').on(t.actorId, t.era, t.xid, t.seq),
    index('events_created').on(t.createdAt),
  ],
);
