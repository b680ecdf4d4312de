const requestHeaders = [
  'authorization',
  'content-type',
  'x-tenant',
  'x-chantier-csrf',
  'idempotency-key',
  'chantier-after',
  'traceparent',
  'tracestate',
  'x-request-id',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
];
const exposedHeaders = ['retry-after', 'idempotency-replayed', 'etag', 'x-request-id', 'ratelimit', 'ratelimit-policy'];
const methods = ['GET', 'POST', 'PUT'];
const maxAge = 600;

export interface CorsOptions {
  /** Exact origins. */
  origins: readonly string[];
  /** Headers that their scripts may send beside those that every client needs. */
  headers: readonly string[];
}

type Headers = Readonly<Record<string, string>>;

/**
 * The CORS headers of answers to an origin; none for origins that are not listed. A sandboxed page has the origin
 * `null`, which cannot be listed. `vary` makes caches keep origins apart.
 */
export class Cors {
  readonly #answers = new Map<string, Headers>();
  readonly #preflights = new Map<string, Headers>();
  readonly #others: Headers;

  constructor({ origins, headers }: CorsOptions) {
    this.#others = origins.length === 0 ? {} : { vary: 'origin' };
    const allowed = [...requestHeaders, ...headers.filter((name) => !requestHeaders.includes(name))];
    for (const origin of origins) {
      const answer = {
        vary: 'origin',
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': exposedHeaders.join(', '),
      };
      this.#answers.set(origin, answer);
      this.#preflights.set(origin, {
        ...answer,
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': allowed.join(', '),
        'access-control-max-age': String(maxAge),
      });
    }
  }

  /** Of an answer to a request with this method. */
  headersFor(origin: string | null | undefined, method: string | undefined): Headers {
    const byOrigin = method === 'OPTIONS' ? this.#preflights : this.#answers;
    return (origin && byOrigin.get(origin)) || this.#others;
  }
}
