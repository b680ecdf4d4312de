import { sql } from 'drizzle-orm';
import { bigint, check, index, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, lifetime, table, version } from '../../lib/columns.ts';

/** How documents of a kind are numbered, where the tenant chose a pattern of its own. */
export const codeFormats = table('code_formats', {
  kind: text().primaryKey(),
  pattern: text().notNull(),
  version: version(),
  ...lifetime,
});

export const codeCounters = table(
  'code_counters',
  {
    kind: text().notNull(),
    /** What the pattern's date parts render to; counting starts again when it changes. */
    period: text().notNull(),
    lastNumber: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.period] }), check('code_counters_number', sql`${t.lastNumber} > 0`)],
);

/** The tenant's typed settings by key; `settings/registry.ts` gives each key its type and default. */
export const settings = table('settings', {
  key: text().primaryKey(),
  value: jsonb().notNull(),
  ...lifetime,
});

/** Answers of mutations that carried an Idempotency-Key, written in the mutation's own transaction. */
export const idempotencyKeys = table(
  'idempotency_keys',
  {
    viewerId: uuid().notNull(),
    key: text().notNull(),
    /** Position of the root field in its operation: each has a transaction, so each has an answer. */
    responseKey: text().notNull(),
    requestHash: text().notNull(),
    answer: jsonb(),
    expiresAt: instant().notNull(),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.viewerId, t.key, t.responseKey] }),
    index('idempotency_keys_expiry').on(t.expiresAt),
  ],
);
