import { sql } from 'drizzle-orm';
import type { TenantTx } from './binding.ts';

/**
 * Lets one transaction at a time, of this tenant, check and change what a rule over many rows is about (such as "no
 * cycle"): held until the transaction ends. Take it before any row lock, or two transactions can wait for each other.
 */
export async function lockRule(tx: TenantTx, rule: string): Promise<void> {
  // Advisory locks belong to the whole database: the schema keeps those of tenants apart.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ${` ${rule}`}, 0))`);
}
