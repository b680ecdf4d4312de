import { sql } from 'drizzle-orm';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import { given, Statement } from './statement.ts';

// Advisory locks are shared by the whole database: the schema name keeps tenants apart
const lock = new Statement<{ rule: string }>(
  sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ${given('rule')}, 0))`,
);

/**
 * Serializes the transactions of this tenant that check a rule over many rows (such as "no cycle"), until the
 * transaction ends. Take it before any row lock, or two transactions can deadlock. Does not wait for the answer: later
 * statements of the transaction run after it.
 */
export const lockRule = (tx: TenantTx, rule: string): void => lock.send(tx, { rule: ` ${rule}` });
