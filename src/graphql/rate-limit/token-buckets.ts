import type { Clock } from '../../lib/clock.ts';
import { Lru } from '../../lib/lru.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { leasePoints } from './lease-points.ts';
import { type BucketSize, TokenBucket } from './token-bucket.ts';

/** Buckets that a process remembers. A forgotten one loses its leased points, which the shared bucket gets back. */
const mostBuckets = 20_000;

/** The token buckets of a process. One statement at a time leases points for all that have run short. */
export class TokenBuckets {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #buckets = new Lru<TokenBucket>(mostBuckets);
  readonly #short = new Set<TokenBucket>();
  #leasing: Promise<void> | undefined;

  constructor(catalog: Catalog, clock: Clock) {
    this.#catalog = catalog;
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock().getTime();
  }

  /** The bucket of a caller: `name` and `owner` identify it, and its size may change. */
  of(name: string, owner: string, size: BucketSize): TokenBucket {
    const id = `${name} ${owner}`;
    const bucket = this.#buckets.get(id) ?? new TokenBucket(id, name, size);
    bucket.size = size;
    this.#buckets.set(id, bucket);
    return bucket;
  }

  /** Throws RATE_LIMITED if the bucket has too few points, or the error of the catalog. */
  async spend(bucket: TokenBucket, points: number): Promise<void> {
    const { now } = this;
    if (bucket.spend(points, now)) return;
    if (!bucket.isShort && bucket.isTooEmptyFor(points, now)) {
      // However much was taken, it is paid back as the shared bucket fills, so that nobody is refused for ever
      if (bucket.canRepay(now)) this.#startLease(bucket);
      throw bucket.refusal(points, now);
    }
    const spent = bucket.wait(points);
    this.#startLease(bucket);
    await spent;
  }

  #startLease(bucket: TokenBucket): void {
    this.#short.add(bucket);
    this.#leasing ??= this.#lease().finally(() => {
      this.#leasing = undefined;
    });
  }

  async #lease(): Promise<void> {
    while (this.#short.size > 0) {
      const buckets = [...this.#short];
      this.#short.clear();
      try {
        const leases = buckets.map((bucket) => bucket.lease());
        const grants = await leasePoints(this.#catalog, leases, this.#clock());
        for (const bucket of buckets) bucket.granted(grants.get(bucket.id)!, this.now);
      } catch (error) {
        for (const bucket of buckets) bucket.failed(error);
      }
      for (const bucket of buckets) if (bucket.isShort) this.#short.add(bucket);
    }
  }
}
