import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, instant, updatedAt, version } from '../../lib/columns.ts';

/** How documents of a kind are numbered, and the last number taken in each period of the pattern. */
export const codeFormats = pgTable('code_formats', {
  kind: text().primaryKey(),
  pattern: text().notNull(),
  version: version(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

export const codeCounters = pgTable(
  'code_counters',
  {
    kind: text()
      .notNull()
      .references(() => codeFormats.kind, { onDelete: 'cascade' }),
    /** What the pattern's date parts render to; counting starts again when it changes. */
    period: text().notNull(),
    lastNumber: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.period] }), check('code_counters_number', sql`${t.lastNumber} > 0`)],
);

/** The tenant's typed settings by key; `settings/registry.ts` gives each key its type and default. */
export const settings = pgTable('settings', {
  key: text().primaryKey(),
  value: jsonb().notNull(),
  updatedAt: updatedAt(),
});

/** Answers of mutations that carried an Idempotency-Key, written in the mutation's own transaction. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    viewerId: uuid().notNull(),
    key: text().notNull(),
    /** Position of the root field in its operation: each has a transaction, so each has an answer. */
    responseKey: text().notNull(),
    requestHash: text().notNull(),
    answer: jsonb(),
    statusCode: integer().notNull().default(200),
    expiresAt: instant().notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.viewerId, t.key, t.responseKey] }), index().on(t.expiresAt)],
);
