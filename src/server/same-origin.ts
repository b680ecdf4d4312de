interface Headers {
  get(name: string): string | null;
}

/**
 * Whether one of our own pages sent a request. Browsers say so by Sec-Fetch-Site, which no script can set, over https and on
 * this machine; else Origin has to name the host that was asked. A request with neither header is from no page of ours.
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = headers.get('origin');
  return origin !== null && URL.canParse(origin) && new URL(origin).host === headers.get('host');
}
