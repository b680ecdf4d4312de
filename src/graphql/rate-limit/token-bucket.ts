import { isWithin } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';

export interface BucketSize {
  /** How many points it holds. */
  points: number;
  /** How many points it gets back each second. */
  restoreRate: number;
}

/** A request for points of a shared bucket. */
export interface Lease extends BucketSize {
  id: string;
  wanted: number;
}

/** The answer to a lease. */
export interface Grant {
  granted: number;
  /** When the shared bucket will be full again, in milliseconds since 1970. */
  fullAt: number;
}

interface Waiting {
  points: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** A lease asks for at least this share of the bucket, so that most operations need no lease of their own. */
const portion = 1 / 20;

/**
 * One process's part of a token bucket that all processes share: points are leased from the shared bucket in portions,
 * and spent here without a statement. Callers that find too few points here wait for the next lease, in their order.
 */
export class TokenBucket {
  readonly id: string;
  /** Whom it limits: `key`, `member` or `organization`. */
  readonly name: string;
  size: BucketSize;
  /** Leased and not spent. Negative after operations that took more database time than they had paid for. */
  #points = 0;
  #leasedAt = 0;
  #wanted = 0;
  /** When the shared bucket will be full, as of the last lease; undefined before the first. */
  #fullAt: number | undefined;
  #waiting: Waiting[] = [];

  constructor(id: string, name: string, size: BucketSize) {
    this.id = id;
    this.name = name;
    this.size = size;
  }

  /** Spends leased points; false if there are too few, or others wait for them. */
  spend(points: number, now: number): boolean {
    this.#expire(now);
    if (this.#waiting.length > 0 || this.#points < points) return false;
    this.#points -= points;
    return true;
  }

  /** Returns points that were not needed. A negative number takes points, and may leave fewer than none. */
  add(points: number): void {
    this.#points += points;
  }

  /**
   * Resolves when the points are spent. Throws RATE_LIMITED, or the error of the lease, which the caller must start.
   */
  wait(points: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ points, resolve, reject }));
  }

  get isShort(): boolean {
    return this.#waiting.length > 0;
  }

  lease(): Lease {
    const { points } = this.size;
    const needed = this.#waiting.reduce((sum, each) => sum + each.points, 0) - this.#points;
    this.#wanted = Math.min(points, Math.max(needed, this.#portion));
    return { id: this.id, ...this.size, wanted: this.#wanted };
  }

  /** Serves the waiting callers in order. After a lease that got too little, refuses those that remain. */
  granted({ granted, fullAt }: Grant, now: number): void {
    this.#points += granted;
    this.#leasedAt = now;
    this.#fullAt = fullAt;
    const isEmpty = granted < this.#wanted;
    while (this.#waiting.length > 0) {
      const [first] = this.#waiting;
      if (first!.points <= this.#points) {
        this.#points -= first!.points;
        first!.resolve();
      } else if (isEmpty || this.isTooEmptyFor(first!.points, now)) first!.reject(this.refusal(first!.points, now));
      else return;
      this.#waiting.shift();
    }
  }

  /** The lease has failed, and so does every caller that waits for it. */
  failed(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /**
   * Whether a lease cannot get enough: the points seen here and in the shared bucket do not suffice, and other
   * processes can only have taken more since.
   */
  isTooEmptyFor(points: number, now: number): boolean {
    return this.#points + this.#shared(now) < points;
  }

  /** Whether the shared bucket can pay back some of what operations took here beyond their price. */
  canRepay(now: number): boolean {
    return this.#points < 0 && this.#shared(now) >= Math.min(-this.#points, this.#portion);
  }

  /** How many points are left here and in the shared bucket, as far as this process knows. */
  available(now: number): number {
    this.#expire(now);
    return Math.min(this.size.points, Math.max(0, this.#points + this.#shared(now)));
  }

  /** Seconds until the bucket is full. */
  secondsUntilFull(now: number): number {
    return Math.ceil((this.size.points - this.available(now)) / this.size.restoreRate);
  }

  refusal(points: number, now: number): AppError {
    const { restoreRate } = this.size;
    const available = this.available(now);
    // Other processes may have taken points that this one still counts, so at least one is missing
    const missing = points - Math.min(this.#points + this.#shared(now), points - 1);
    const retryAfter = Math.max(1, Math.ceil(missing / restoreRate));
    const message = `The points of the ${this.name} are used up: retry in ${retryAfter} s`;
    return new AppError('RATE_LIMITED', message, { retryAfter, cost: { estimated: points, available, restoreRate } });
  }

  get #portion(): number {
    return Math.ceil(this.size.points * portion);
  }

  #shared(now: number): number {
    const { points, restoreRate } = this.size;
    if (this.#fullAt === undefined) return points;
    return Math.max(0, Math.floor(points - (Math.max(0, this.#fullAt - now) / 1000) * restoreRate));
  }

  /** Drops unspent points once the shared bucket must be full again, since it then contains them too. */
  #expire(now: number): void {
    const { points, restoreRate } = this.size;
    if (this.#points > 0 && !isWithin(this.#leasedAt, now, (points / restoreRate) * 1000)) this.#points = 0;
  }
}
