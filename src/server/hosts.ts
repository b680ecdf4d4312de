import { isLoopback } from '../lib/loopback.ts';

export interface HostsOptions {
  /** The address that the server listens on. */
  host: string;
  /** The origin by which browsers reach the server. */
  publicUrl: string;
  tenantDomain: string | undefined;
}

/**
 * Checks whether a Host header names this server, against DNS rebinding: a web page elsewhere may resolve its own name
 * to the loopback address and then read answers as its own. So a server on a loopback address accepts only known names.
 */
export function hostCheck({ host, publicUrl, tenantDomain }: HostsOptions): (header: string | null) => boolean {
  if (!isLoopback(host)) return () => true;
  const domains = ['localhost', new URL(publicUrl).hostname, ...(tenantDomain ? [tenantDomain] : [])];
  return (header) => {
    const name = (header ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
    return isLoopback(name) || domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
  };
}
