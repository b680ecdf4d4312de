import { type SQL, sql } from 'drizzle-orm';
import { type AnyPgColumn, bigint, index, integer, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, label, primaryId, table, xid8 } from '../../lib/columns.ts';

export type EventMetadata = Record<string, unknown>;

type Recorded = Record<'metadata' | 'before' | 'after', AnyPgColumn | SQL>;

/** The id of the task that an event concerns, directly or through a part of the task. */
export const taskOf = ({ metadata, before, after }: Recorded) =>
  sql<string | null>`coalesce(${metadata} ->> 'taskId', ${after} ->> 'taskId', ${before} ->> 'taskId')`;

/** The project that an event about a part of it names: the one that it went to, if it moved. */
export const projectOf = ({ metadata, before, after }: Recorded) =>
  sql<string | null>`coalesce(${metadata} ->> 'projectId', ${after} ->> 'projectId', ${before} ->> 'projectId')`;

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
    index('events_project')
      .on(sql`(${projectOf(t)})`)
      .where(sql`${projectOf(t)} is not null`),
    index('events_actor').on(t.actorId, t.era, t.xid, t.seq),
    index('events_created').on(t.createdAt),
  ],
);

/** Rows that people deleted and may restore. No other table mentions a deleted row, so nothing has to leave it out. */
export const trash = table(
  'trash',
  {
    id: primaryId(),
    /** The GraphQL type of the deleted row, and its id. */
    resourceType: text().notNull(),
    resourceId: uuid().notNull(),
    /** What people called it. */
    name: label().notNull(),
    /** The values of its columns, by their names in the database. */
    content: jsonb().$type<EventMetadata>().notNull(),
    /** The profile of the person who deleted it. */
    deletedById: uuid(),
    deletedAt: instant().notNull().defaultNow(),
  },
  (t) => [index('trash_resource').on(t.resourceId), index('trash_deleted').on(t.deletedAt, t.id)],
);

/** The other rows that a deletion changed. */
export const trashParts = table(
  'trash_parts',
  {
    trashId: uuid()
      .notNull()
      .references(() => trash.id, { onDelete: 'cascade' }),
    position: integer().notNull(),
    tableName: text().notNull(),
    /** The column that was cleared in a row that stayed; null for a row that was deleted. */
    cleared: text(),
    /** The values of its columns before, by their names in the database. */
    content: jsonb().$type<EventMetadata>().notNull(),
  },
  (t) => [primaryKey({ name: 'trash_parts_pkey', columns: [t.trashId, t.position] })],
);
