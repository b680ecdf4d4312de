import { setTimeout as sleep } from 'node:timers/promises';
import { toAppError } from '../db/pg-errors.ts';
import type { ErrorCode } from '../lib/errors.ts';

const passing: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>([
  'TRANSACTION_CONFLICT',
  'CONNECTION_LOST',
  'UNAVAILABLE',
  'TIMEOUT',
]);

/** Repeats an idempotent step a few times when what failed may pass: a lost connection, a conflict, a database restarting. */
export async function retry<T>(step: () => Promise<T>, pausesMs: readonly number[] = [50, 250, 1000]): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await step();
    } catch (error) {
      if (!passing.has(toAppError(error)?.code)) throw error;
    }
    await sleep(pauseMs);
  }
  return step();
}
