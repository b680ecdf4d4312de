import type { Tenant } from '../tenancy/tenant.ts';

export interface JobWork {
  tenant: Tenant;
  /** The same in each attempt. */
  id: string;
  payload: Record<string, unknown>;
  /** Aborted when the server stops, or the attempt takes too long. */
  signal: AbortSignal;
}

/** What the jobs of a kind do. A job can run more than once, so its effect must be the same then. */
export interface JobKind {
  name: string;
  /**
   * Binds what it reads and writes to the tenant, as a request does. Throws if it has to be tried again; returns after
   * how long to run it again, when it decides that itself.
   */
  run(work: JobWork): Promise<{ againInMs: number } | undefined>;
}
