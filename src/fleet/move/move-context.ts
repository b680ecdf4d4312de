import type { Migration } from '../../db/migration-files.ts';
import type { By } from '../../tenancy/audit.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';
import type { Fleet } from '../fleet.ts';
import type { ForeignKey } from './foreign-keys.ts';
import type { MoveRow, Route } from './journal.ts';
import type { MoveEndpoint } from './move-endpoint.ts';

export interface CopyAndSwitchOptions {
  by: By;
  /** Stops before writes are held: CANCELLED. What was copied is done again later. */
  signal?: AbortSignal | undefined;
  /** Told of each table that is copied, and waited for. */
  onProgress?: ((progress: { stage: string; tables: number; of: number }) => void | Promise<void>) | undefined;
  /** How long writes may be impossible before the move gives up; milliseconds, a minute when absent. */
  fencedMs?: number | undefined;
}

/** An attempt at a move: nobody else is at it while the journal says `run`. */
export interface Attempt extends CopyAndSwitchOptions {
  fleet: Fleet;
  move: MoveRow;
  run: string;
}

/** An attempt that is under way between two places. */
export interface MoveContext extends Attempt {
  route: Route;
  source: MoveEndpoint;
  target: MoveEndpoint;
  migrations: readonly Migration[];
  tables: readonly TenantTable[];
  foreignKeys: readonly ForeignKey[];
  /** What both databases are called. */
  names: { from: string | undefined; to: string | undefined };
}
