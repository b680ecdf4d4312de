import { AppError } from '../../lib/errors.ts';
import { pointsOfDatabaseTime } from './points.ts';
import type { TokenBucket } from './token-bucket.ts';
import type { TokenBuckets } from './token-buckets.ts';

/** A bucket as the caller sees it. */
export interface BucketState {
  name: string;
  points: number;
  restoreRate: number;
  available: number;
  secondsUntilFull: number;
}

/**
 * The points that one request takes from every bucket of its caller: its estimated price before it runs, and the
 * difference afterwards if its database time costs more.
 */
export class Charge {
  readonly estimated: number;
  readonly #all: TokenBuckets;
  readonly #buckets: readonly TokenBucket[];
  #paying: Promise<void> | undefined;
  #paid = 0;
  /** Database time on connections that it has given back. */
  #databaseMs = 0;
  /** The connections that it holds, by the time when it got them. */
  readonly #holding = new Set<{ since: number }>();

  constructor(all: TokenBuckets, buckets: readonly TokenBucket[], estimated: number) {
    this.#all = all;
    this.#buckets = buckets;
    this.estimated = estimated;
  }

  /**
   * Pays the estimated price, once. Throws TOO_COMPLEX if a bucket can never hold that many points, RATE_LIMITED if one
   * holds too few now. In both cases nothing is paid.
   */
  pay(): Promise<void> {
    this.#paying ??= this.#pay();
    return this.#paying;
  }

  /** Begins to count database time; call the result when the connection is given back. */
  readonly hold = (): (() => void) => {
    const held = { since: performance.now() };
    this.#holding.add(held);
    return () => {
      if (!this.#holding.delete(held)) return;
      this.#databaseMs += performance.now() - held.since;
      this.#payRest();
    };
  };

  /** The price so far, with the connections that it still holds. */
  get actual(): number {
    const now = performance.now();
    const held = [...this.#holding].reduce((ms, { since }) => ms + now - since, this.#databaseMs);
    return Math.max(this.estimated, pointsOfDatabaseTime(held));
  }

  /** The buckets: that of the key or member first, then that of the organization. */
  get buckets(): BucketState[] {
    const { now } = this.#all;
    return this.#buckets.map((bucket) => ({
      name: bucket.name,
      ...bucket.size,
      available: bucket.available(now),
      secondsUntilFull: bucket.secondsUntilFull(now),
    }));
  }

  /** The bucket that limits the caller most. */
  get emptiest(): BucketState {
    return this.buckets.reduce((a, b) => (b.available < a.available ? b : a));
  }

  async #pay(): Promise<void> {
    const small = this.#buckets.find(({ size }) => size.points < this.estimated);
    if (small) throw tooCostly(this.estimated, small);
    const paid: TokenBucket[] = [];
    try {
      for (const bucket of this.#buckets) {
        await this.#all.spend(bucket, this.estimated);
        paid.push(bucket);
      }
    } catch (error) {
      for (const bucket of paid) bucket.add(this.estimated);
      throw error;
    }
    this.#paid = this.estimated;
  }

  #payRest(): void {
    const due = Math.max(this.#paid, pointsOfDatabaseTime(this.#databaseMs));
    for (const bucket of this.#buckets) bucket.add(this.#paid - due);
    this.#paid = due;
  }
}

function tooCostly(points: number, { name, size }: TokenBucket): AppError {
  const message = `The operation costs ${points} points; the ${name} has ${size.points} at most`;
  return new AppError('TOO_COMPLEX', message, { cost: { points }, limits: { points: size.points } });
}
