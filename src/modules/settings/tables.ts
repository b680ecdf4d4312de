import { sql } from 'drizzle-orm';
import { bigint, check, index, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, lifetime, table, version } from '../../lib/columns.ts';

/** Code formats that the tenant has set. */
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
    /** The date parts of the pattern as last rendered; the counter restarts when they change. */
    period: text().notNull(),
    lastNumber: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.period] }), check('code_counters_number', sql`${t.lastNumber} > 0`)],
);

/** The tenant's settings by key; `settings/registry.ts` defines each key's type and default. */
export const settings = table('settings', {
  key: text().primaryKey(),
  value: jsonb().notNull(),
  ...lifetime,
});

/** Results of mutations with an Idempotency-Key, written in the mutation's own transaction. */
export const idempotencyKeys = table(
  'idempotency_keys',
  {
    viewerId: uuid().notNull(),
    key: text().notNull(),
    /** Response name of the root field: each root field has a transaction and a result of its own. */
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
