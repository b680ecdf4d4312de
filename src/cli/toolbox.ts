import type { Config } from '../config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Identity } from '../identity/identity.ts';
import type { ProofTarget } from '../prove/target.ts';
import type { TenantBinding } from '../tenancy/binding.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import type { TenantDirectory } from '../tenancy/directory.ts';

/** What commands work with: the installation, open. Disposing closes its connections. */
export interface Toolbox extends AsyncDisposable {
  readonly config: Config;
  readonly fleet: Fleet;
  readonly catalog: Catalog;
  readonly directory: TenantDirectory;
  readonly binding: TenantBinding;
  readonly identity: Identity;
}

/** How commands reach the program; `main.ts` hands it in, since the command line stands before the composition. */
export interface Host {
  /**
   * Opens the installation of the configuration. `unmigrated` also when its schemas do not fit this build; `look` without
   * changing anything in the database.
   */
  open(options?: { unmigrated?: boolean; look?: boolean }): Promise<Toolbox>;
  /** Opens the installation with servers over it, for `tenant prove` to attack. */
  openForProof(): Promise<ProofTarget & AsyncDisposable>;
  /** Runs the server until a signal ends it. */
  serve(): Promise<void>;
  /** The graph as a schema document. */
  printSchema(): string;
  readonly stdout: { write(text: string): unknown; isTTY?: boolean };
  readonly stderr: { write(text: string): unknown; isTTY?: boolean };
  /** Aborted by the first interrupt: long work then stops where it can be resumed. */
  readonly signal: AbortSignal;
}
