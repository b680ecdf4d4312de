import { lockRule } from '../../access/rule-lock.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';

/**
 * Locks the shares of people for a change that assigns several: taken person by person, in the order of the change, two
 * of them could wait for each other. Take it before the rows of people and assignments.
 */
export function lockShares(tx: TenantTx, people: Iterable<string>): void {
  for (const id of [...new Set(people)].sort()) lockRule(tx, `shares of ${id}`);
}
