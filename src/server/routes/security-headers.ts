/** What a route answers with: data for programs, or pages for browsers. */
export type RouteContent = 'data' | 'page';

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Pages run the scripts and styles that this server serves as files; nothing inline, nothing from elsewhere. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
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
    ...(content === 'page' && { 'cross-origin-opener-policy': 'same-origin' }),
    ...(secure && { 'strict-transport-security': 'max-age=31536000' }),
  };
}
