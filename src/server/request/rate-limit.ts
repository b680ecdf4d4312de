import type { Charge } from '../../graphql/rate-limit/charge.ts';
import type { GraphParams } from '../graph-params.ts';
import type { RequestHead } from './head.ts';

/**
 * The state of the caller's buckets, as the IETF draft "RateLimit header fields for HTTP" writes it: the policy has the
 * quota and the seconds in which an empty bucket fills; the state has the points that are left and the seconds until
 * the bucket is full.
 */
export function rateLimitHeaders(charge: Charge | undefined): Record<string, string> {
  if (!charge) return {};
  const { buckets } = charge;
  const policies = buckets.map(
    ({ name, points, restoreRate }) => `"${name}";q=${points};qu="points";w=${Math.ceil(points / restoreRate)}`,
  );
  const states = buckets.map(
    ({ name, available, secondsUntilFull }) => `"${name}";r=${available};t=${secondsUntilFull}`,
  );
  return { 'ratelimit-policy': policies.join(', '), ratelimit: states.join(', ') };
}

/** `extensions.cost` of an answer. */
interface Cost {
  estimated: number;
  actual: number;
  available: number;
  restoreRate: number;
}

/**
 * The cost for the extensions of an answer, with the state of the emptiest bucket. Undefined for callers who did not
 * ask for it (`extensions: { cost: true }`), except API keys. By GET keys must ask too: it changes each time, and the
 * answer could not be cached.
 */
export function costOf(
  { charge }: Pick<RequestHead, 'charge'>,
  method: string,
  { extensions }: Pick<GraphParams, 'extensions'>,
): Cost | undefined {
  if (!charge) return undefined;
  const { estimated, actual, buckets } = charge;
  const isKey = buckets.some(({ name }) => name === 'key');
  if (extensions?.cost !== true && (!isKey || method === 'GET')) return undefined;
  const { available, restoreRate } = charge.emptiest;
  return { estimated, actual, available, restoreRate };
}
