import type { Plugin } from 'graphql-yoga';

/** GraphiQL has its scripts and styles in its page, and makes its workers of them; nothing comes from elsewhere. */
const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  'font-src data:',
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The content security policy of the explorer's page; the router sets all other security headers. */
export function useExplorerHeaders(): Plugin {
  return {
    onResponse({ response }) {
      if (!response.headers.get('content-type')?.startsWith('text/html')) return;
      response.headers.set('content-security-policy', policy);
      response.headers.set('cross-origin-opener-policy', 'same-origin');
    },
  };
}
