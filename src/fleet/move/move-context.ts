import type { Migration } from '../../db/migration-files.ts';
import type { By } from '../../tenancy/audit.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';
import type { Fleet } from '../fleet.ts';
import type { ForeignKey } from './foreign-keys.ts';
import type { MoveRow, Route } from './journal.ts';
import type { MoveEndpoint } from './move-endpoint.ts';

export interface CopyAndSwitchOptions {
  by: By;
  /** Stops the move with CANCELLED, unless writes are already paused. A resumed move copies everything again. */
  signal?: AbortSignal | undefined;
  /** Called after each copied table, and awaited. */
  onProgress?: ((progress: { stage: string; tables: number; of: number }) => void | Promise<void>) | undefined;
  /** How long writes may be refused before the move gives up; milliseconds, by default a minute. */
  fencedMs?: number | undefined;
}

/** An attempt at a move. It is the current one while the journal has its `run`. */
export interface Attempt extends CopyAndSwitchOptions {
  fleet: Fleet;
  move: MoveRow;
  run: string;
}

/** An attempt with connections to both places. */
export interface MoveContext extends Attempt {
  route: Route;
  source: MoveEndpoint;
  target: MoveEndpoint;
  migrations: readonly Migration[];
  tables: readonly TenantTable[];
  foreignKeys: readonly ForeignKey[];
  /** Names of both databases, for the audit log. */
  names: { from: string | undefined; to: string | undefined };
}
