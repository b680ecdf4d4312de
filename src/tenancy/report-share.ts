import { databaseError } from '../db/pg-errors.ts';
import type { SessionOptions } from '../db/session-options.ts';
import type { SlotSource } from '../db/slot-pool.ts';

interface ReportShareOptions {
  /** The size of the pool. */
  connections: number;
  /** How long a session waits for its turn; milliseconds. */
  waitMs: number;
}

interface Waiter {
  key: string;
  enter(): void;
}

/**
 * Bounds how many connections of one database reports hold at once, because their statements may be slow: half of the
 * pool, and a quarter for one tenant. Everybody else then finds a connection.
 */
class ReportShare {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #waitMs: number;
  readonly #held = new Map<string, number>();
  readonly #waiting = new Set<Waiter>();
  #count = 0;

  constructor({ connections, waitMs }: ReportShareOptions) {
    this.#most = Math.max(1, Math.floor(connections / 2));
    this.#mostOfOne = Math.max(1, Math.floor(connections / 4));
    this.#waitMs = waitMs;
  }

  /**
   * The slots and the hook of one session, which takes its part of the share together with its slot. `acquire` throws
   * UNAVAILABLE when it waits too long, and CANCELLED.
   */
  of(slots: SlotSource, onHold: SessionOptions['onHold']): { slots: SlotSource; onHold: () => () => void } {
    let leave = (): void => {};
    return {
      slots: {
        logger: slots.logger,
        acquire: async (key, signal) => {
          await this.#enter(key, signal);
          try {
            const lease = await slots.acquire(key, signal);
            leave = () => this.#leave(key);
            return lease;
          } catch (error) {
            this.#leave(key);
            throw error;
          }
        },
      },
      onHold: () => {
        const end = onHold?.();
        return () => {
          end?.();
          leave();
        };
      },
    };
  }

  async #enter(key: string, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw databaseError('CANCELLED');
    if (this.#hasRoom(key)) return this.#take(key);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { key, enter: resolve };
    this.#waiting.add(waiter);
    const giveUp = (error: Error): void => {
      if (this.#waiting.delete(waiter)) reject(error);
    };
    const timer = setTimeout(
      () => giveUp(databaseError('UNAVAILABLE', undefined, 'Too many reports are running')),
      this.#waitMs,
    );
    const cancel = (): void => giveUp(databaseError('CANCELLED'));
    signal?.addEventListener('abort', cancel);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  }

  #hasRoom(key: string): boolean {
    return this.#count < this.#most && (this.#held.get(key) ?? 0) < this.#mostOfOne;
  }

  #take(key: string): void {
    this.#count++;
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
  }

  #leave(key: string): void {
    this.#count--;
    const rest = this.#held.get(key)! - 1;
    if (rest > 0) this.#held.set(key, rest);
    else this.#held.delete(key);
    for (let next = this.#next(); next; next = this.#next()) {
      this.#waiting.delete(next);
      this.#take(next.key);
      next.enter();
    }
  }

  /** Whoever waits longest, of a tenant that holds least. */
  #next(): Waiter | undefined {
    let best: Waiter | undefined;
    const held = ({ key }: Waiter): number => this.#held.get(key) ?? 0;
    for (const waiter of this.#waiting) {
      if (this.#hasRoom(waiter.key) && (!best || held(waiter) < held(best))) best = waiter;
    }
    return best;
  }
}

/** The shares of all databases, each with a pool of its own. */
export class ReportShares {
  readonly #options: ReportShareOptions;
  readonly #byDatabase = new Map<string, ReportShare>();

  constructor(options: ReportShareOptions) {
    this.#options = options;
  }

  for(databaseId: string): ReportShare {
    const share = this.#byDatabase.get(databaseId) ?? new ReportShare(this.#options);
    this.#byDatabase.set(databaseId, share);
    return share;
  }
}
