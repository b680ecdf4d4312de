import { isLoopback } from '../lib/loopback.ts';

export interface HostsOptions {
  /** What the server listens on. */
  host: string;
  /** Origin by which browsers reach us. */
  publicUrl: string;
  tenantDomain: string | undefined;
}

/**
 * Says of a Host header whether it means us. A server that listens to its own machine alone is reached by the names of
 * that machine: another name is a page elsewhere that had its own name resolved to us, to read answers as its own.
 */
export function hostCheck({ host, publicUrl, tenantDomain }: HostsOptions): (header: string | null) => boolean {
  if (!isLoopback(host)) return () => true;
  const domains = ['localhost', new URL(publicUrl).hostname, ...(tenantDomain ? [tenantDomain] : [])];
  return (header) => {
    const name = (header ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
    return isLoopback(name) || domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
  };
}
