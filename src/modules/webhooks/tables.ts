import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, label, lifetime, oneOf, primaryId, table, version, xid8 } from '../../lib/columns.ts';
import { profiles } from '../people/tables.ts';

export const webhookStatuses = ['ACTIVE', 'PAUSED', 'GONE', 'FAILING', 'UNOWNED'] as const;
export const deliveryStatuses = ['PENDING', 'DELIVERED', 'FAILED'] as const;

/** Addresses of other systems, which are told of events. */
export const webhooks = table(
  'webhooks',
  {
    id: primaryId(),
    /** The person with whose rights events are chosen. */
    ownerId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    name: label().notNull(),
    url: text().notNull(),
    /** The types of objects and the actions; all of them if empty. */
    types: text().array().notNull().default([]),
    actions: text().array().notNull().default([]),
    includeChanges: boolean().notNull().default(false),
    status: text({ enum: webhookStatuses }).notNull().default('ACTIVE'),
    version: version(),
    ...lifetime,
  },
  (t) => [index('webhooks_owner').on(t.ownerId), check('webhooks_status', oneOf(t.status, webhookStatuses))],
);

/** What the graph does not show of a webhook: its secrets, and how far it has come. */
export const webhookStates = table('webhook_states', {
  webhookId: uuid()
    .primaryKey()
    .references(() => webhooks.id, { onDelete: 'cascade' }),
  sealedSecret: text().notNull(),
  /** The secret before the last rotation, which signs too until then. */
  sealedPreviousSecret: text(),
  previousUntil: instant(),
  /** The position in the event log up to which deliveries have been made. */
  era: integer().notNull(),
  xid: xid8().notNull(),
  seq: bigint({ mode: 'bigint' }).notNull(),
  /** Failed attempts since the last one that succeeded, and since when. */
  failures: integer().notNull().default(0),
  failingSince: instant(),
  /** Nothing is sent before this time, because the receiver keeps failing. */
  restsUntil: instant(),
});

/** An event that a webhook sends, once or until the attempts end. */
export const webhookDeliveries = table(
  'webhook_deliveries',
  {
    id: primaryId(),
    webhookId: uuid()
      .notNull()
      .references(() => webhooks.id, { onDelete: 'cascade' }),
    /** The event; of a test the id of the delivery. */
    eventId: uuid().notNull(),
    action: text().notNull(),
    status: text({ enum: deliveryStatuses }).notNull().default('PENDING'),
    attempts: integer().notNull().default(0),
    attemptedAt: instant(),
    /** The status of the last answer; null if there was none. */
    answerStatus: integer(),
    lastError: text(),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('webhook_deliveries_event').on(t.webhookId, t.eventId),
    index('webhook_deliveries_created').on(t.createdAt, t.id),
    check('webhook_deliveries_status', oneOf(t.status, deliveryStatuses)),
    check('webhook_deliveries_attempts', sql`${t.attempts} >= 0`),
  ],
);
