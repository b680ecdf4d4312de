import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { later } from './clock.ts';

/** Whether a text is a cron expression of five parts that has a next time. */
export function isCronExpression(text: string): boolean {
  try {
    return text.trim().split(/\s+/).length === 5 && cronOf(text).nextRun() !== null;
  } catch {
    return false;
  }
}

/** The times of a cron expression, in UTC. Each begins after a delay below `jitterMs`, the same in every process. */
export class CronSchedule {
  readonly #cron: Cron;
  readonly #expression: string;
  readonly #jitterMs: number;

  constructor(expression: string, { jitterMs }: { jitterMs: number }) {
    this.#cron = cronOf(expression);
    this.#expression = expression;
    this.#jitterMs = jitterMs;
  }

  /** The latest time whose delay is over; undefined when the expression has none. */
  latest(now: Date, seed: string): Date | undefined {
    let [time] = this.#cron.previousRuns(1, later(now, 1000));
    while (time && this.beginOf(time, seed) > now) [time] = this.#cron.previousRuns(1, time);
    return time;
  }

  /** When the run of a time begins. */
  beginOf(time: Date, seed: string): Date {
    const hash = createHash('sha256')
      .update(JSON.stringify([seed, this.#expression, time]))
      .digest();
    return later(time, Math.floor((hash.readUInt32BE() / 2 ** 32) * this.#jitterMs));
  }
}

const cronOf = (expression: string): Cron => new Cron(expression, { timezone: 'UTC', paused: true });
