import { setTimeout as delay } from 'node:timers/promises';
import { toAppError } from '../db/pg-errors.ts';
import { AppError } from '../lib/errors.ts';
import type { Fleet } from './fleet.ts';

export interface PatienceOptions {
  /** How long to wait for the primary database after an outage; milliseconds. */
  outageMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** How long commands wait for the primary database. */
export const outageMs = 120_000;
const pausesMs = [250, 1_000];
const askAgainMs = 500;

/** Runs a step of longer work. Steps are idempotent. */
export type RunStep = <T>(step: () => Promise<T>) => Promise<T>;

/** For tasks that a server repeats anyway. */
export const runOnce: RunStep = (step) => step();

/** For commands: see `patiently`. */
export const patientSteps =
  (fleet: Fleet, options: PatienceOptions): RunStep =>
  (step) =>
    patiently(fleet, step, options);

/** The primary database was down for longer than a run waits, so the run has to stop. */
export class PrimaryAway extends AppError {
  constructor(cause: unknown) {
    super('UNAVAILABLE', 'The primary database did not come back', {}, { cause });
  }
}

/** Whether an error only means that a database was down. */
export function isOutage(error: unknown): boolean {
  const code = toAppError(error)?.code;
  return code === 'CONNECTION_LOST' || code === 'UNAVAILABLE';
}

/**
 * Runs idempotent work, and repeats it after outages, so that a restart of the database only delays a long run. After
 * an outage, waits until the primary database answers. If the primary answers at once, another database is down: the
 * work is tried twice more, unless `isHopeless` says that this database was found down before. Throws PrimaryAway if
 * the primary database does not come back in time.
 */
export async function patiently<T>(
  fleet: Fleet,
  work: () => Promise<T>,
  {
    outageMs: waitMs = outageMs,
    signal,
    isHopeless = () => false,
  }: PatienceOptions & { isHopeless?: () => boolean } = {},
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (let attempt = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || signal?.aborted) throw error;
      const primary = await untilPrimaryAnswers(fleet, deadline, signal);
      if (primary === 'AWAY') throw new PrimaryAway(error);
      if (primary === 'BACK') continue;
      const pauseMs = pausesMs[attempt++];
      if (pauseMs === undefined || isHopeless()) throw error;
      await delay(pauseMs);
    }
  }
}

async function untilPrimaryAnswers(
  { catalog }: Fleet,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<'THERE' | 'BACK' | 'AWAY'> {
  for (let found: 'THERE' | 'BACK' = 'THERE'; ; found = 'BACK') {
    const answers = await catalog
      .read((db) => db.execute('select 1'))
      .then(
        () => true,
        () => false,
      );
    if (answers) return found;
    if (signal?.aborted || performance.now() >= deadline) return 'AWAY';
    await delay(askAgainMs);
  }
}
