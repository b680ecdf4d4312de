import type { Identity } from '../identity/identity.ts';
import type { TenantDirectory } from '../tenancy/directory.ts';

/** The services that the graph uses besides the tenant's database. */
export interface Services {
  readonly identity: Identity;
  readonly directory: TenantDirectory;
  /** How far back a timer may start. */
  readonly timerStartsBackMs: number;
}
