/** The kind of a route's answers: data for programs, or pages for browsers. */
export type RouteContent = 'data' | 'page';

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Pages run no scripts, load styles and images only from this server, and send forms only to it. */
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
 * The default security headers of answers. `secure`: browsers reach the server only over https.
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
