interface Headers {
  get(name: string): string | null;
}

/**
 * Whether one of our own pages sent a request. Over https and on the loopback address, browsers send Sec-Fetch-Site,
 * which scripts cannot set. Without it, Origin must match the Host header. A request with neither header does not
 * count.
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = headers.get('origin');
  return origin !== null && URL.canParse(origin) && new URL(origin).host === headers.get('host');
}
