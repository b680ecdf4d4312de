import type { CORSOptions } from 'graphql-yoga';

const requestHeaders = [
  'authorization',
  'content-type',
  'x-tenant',
  'x-chantier-csrf',
  'idempotency-key',
  'chantier-after',
];
const exposedHeaders = ['retry-after', 'idempotency-replayed'];
const methods = ['GET', 'POST', 'PUT'];
const maxAge = 600;

/**
 * The CORS rules for a listed origin; undefined for others. A sandboxed page has the origin `null`, which cannot be
 * listed.
 */
export function corsOf(origin: string | null, origins: readonly string[]): Exclude<CORSOptions, false> | undefined {
  if (origin === null || !origins.includes(origin)) return undefined;
  return { origin, credentials: true, methods, allowedHeaders: requestHeaders, exposedHeaders, maxAge };
}

/** The same as headers; other origins get none. `vary` makes caches keep the two apart. */
export function corsHeaders(origin: string | undefined, origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {};
  if (origin === undefined || !corsOf(origin, origins)) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': requestHeaders.join(', '),
    'access-control-expose-headers': exposedHeaders.join(', '),
    'access-control-max-age': String(maxAge),
  };
}
