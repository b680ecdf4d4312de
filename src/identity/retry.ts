import { setTimeout as sleep } from 'node:timers/promises';
import { toAppError } from '../db/pg-errors.ts';
import type { ErrorCode } from '../lib/errors.ts';

const transient: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>([
  'TRANSACTION_CONFLICT',
  'CONNECTION_LOST',
  'UNAVAILABLE',
  'TIMEOUT',
]);

/** Retries an idempotent step after transient errors: a lost connection, a conflict, a restarting database. */
export async function retry<T>(step: () => Promise<T>, pausesMs: readonly number[] = [50, 250, 1000]): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await step();
    } catch (error) {
      if (!transient.has(toAppError(error)?.code)) throw error;
    }
    await sleep(pauseMs);
  }
  return step();
}
