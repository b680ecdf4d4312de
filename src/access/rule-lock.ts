import { ruleLockStatement } from '../db/advisory-lock.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import { given, Statement } from './statement.ts';

const lock = new Statement<{ rule: string }>(ruleLockStatement(given('rule')));

/**
 * Serializes the transactions of this tenant that check a rule over many rows (such as "no cycle"), until the
 * transaction ends. Take it before any row lock, or two transactions can deadlock. Does not wait for the answer: later
 * statements of the transaction run after it.
 */
export const lockRule = (tx: TenantTx, rule: string): void => lock.send(tx, { rule: ` ${rule}` });
