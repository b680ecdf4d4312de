/** What a route answers with: data for programs, or pages for browsers. */
export type RouteContent = 'data' | 'page';

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Pages run no scripts. Their styles and pictures are files of this server; forms go nowhere else. */
const pagePolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const policies: Record<RouteContent, string> = {
  data: "default-src 'none'; frame-ancestors 'none'",
  page: pagePolicy,
};

/**
 * Headers that every answer has unless its route sets another value. `secure` says that browsers reach the server by https
 * only.
 */
export function securityHeaders(content: RouteContent, secure: boolean): Readonly<Record<string, string>> {
  return {
    ...always,
    'content-security-policy': policies[content],
    // With `no-referrer` browsers would send forms with the origin `null`
    ...(content === 'page' && { 'cross-origin-opener-policy': 'same-origin', 'referrer-policy': 'same-origin' }),
    ...(secure && { 'strict-transport-security': 'max-age=31536000' }),
  };
}
