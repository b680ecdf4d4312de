import { sql } from 'drizzle-orm';
import type { TenantTx } from '../tenancy/binding.ts';
import { given, Statement } from './statement.ts';

// Advisory locks belong to the whole database: the schema keeps those of tenants apart.
const lock = new Statement<{ rule: string }>(
  sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ${given('rule')}, 0))`,
);

/**
 * Lets one transaction at a time, of this tenant, check and change what a rule over many rows is about (such as "no
 * cycle"): held until the transaction ends. Take it before any row lock, or two transactions can wait for each other.
 * It is not waited for: what the transaction does next comes after it.
 */
export const lockRule = (tx: TenantTx, rule: string): void => lock.send(tx, { rule: ` ${rule}` });
