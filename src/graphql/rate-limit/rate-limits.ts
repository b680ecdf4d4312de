import type { Viewer } from '../../identity/viewer.ts';
import { Charge } from './charge.ts';
import { pointsOfComplexity } from './points.ts';
import type { BucketSize, TokenBucket } from './token-bucket.ts';
import type { TokenBuckets } from './token-buckets.ts';

/** The sizes of buckets; without a size there is no limit. */
export interface RateLimitOptions {
  /** The bucket of an API key that has no limit of its own. */
  key: BucketSize | undefined;
  /** The bucket of all requests to an organization. Each member may use half of it. */
  organization: BucketSize | undefined;
}

/** Decides from which buckets a caller pays for an operation. */
export class RateLimits {
  readonly #options: RateLimitOptions;
  readonly #buckets: TokenBuckets;
  readonly #member: BucketSize | undefined;

  constructor(options: RateLimitOptions, buckets: TokenBuckets) {
    this.#options = options;
    this.#buckets = buckets;
    this.#member = options.organization && half(options.organization);
  }

  /**
   * The charge for an operation; undefined for a caller without limits. Callers without an organization have other
   * limits, which count their attempts (`identity/attempts.ts`).
   */
  chargeFor(viewer: Viewer | undefined, complexity: number): Charge | undefined {
    const buckets = viewer ? this.#bucketsOf(viewer) : [];
    return buckets.length > 0 ? new Charge(this.#buckets, buckets, pointsOfComplexity(complexity)) : undefined;
  }

  #bucketsOf({ apiKey, membershipId, organizationId }: Viewer): TokenBucket[] {
    const { key, organization } = this.#options;
    const size = apiKey ? (apiKey.limit ?? key) : this.#member;
    const own = apiKey ? this.#of('key', apiKey.id, size) : this.#of('member', membershipId, size);
    return [...own, ...this.#of('organization', organizationId, organization)];
  }

  #of(name: string, owner: string, size: BucketSize | undefined): TokenBucket[] {
    return size ? [this.#buckets.of(name, owner, size)] : [];
  }
}

const half = ({ points, restoreRate }: BucketSize): BucketSize => ({
  points: Math.ceil(points / 2),
  restoreRate: Math.ceil(restoreRate / 2),
});
