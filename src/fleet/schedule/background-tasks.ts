import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { BackupSettings } from '../backups/backup-settings.ts';
import type { Fleet } from '../fleet.ts';
import type { FittingSchemas } from '../schemas/fitting-schemas.ts';
import { backupTasks } from './backup-tasks.ts';
import { lifecycleTasks } from './lifecycle-tasks.ts';
import { maintainTask } from './maintain-task.ts';
import { placementTasks } from './placement-tasks.ts';
import { schemaTask } from './schema-task.ts';
import { secretsTask } from './secrets-task.ts';
import type { UpkeepTask } from './upkeep.ts';
import { type Watched, watchTasks } from './watch-task.ts';

export interface BackgroundOptions {
  fit: FittingSchemas;
  /** The state that metrics read. */
  watched: Watched;
  /** How many spare schemas to keep. */
  spares: number;
  /** How often to maintain all tenants; undefined for never. */
  maintainEveryMs: number | undefined;
  /** How long events are kept; undefined keeps them forever. */
  eventsMs: number | undefined;
  /** When and where to back up. */
  backups: BackupSettings;
  /** Deletes expired sessions, tokens and attempts. */
  pruneIdentity(): Promise<unknown>;
  /** Seals the values of accounts again, under the current SECRET. */
  resealIdentity(): Promise<{ resealed: number }>;
  /** Marks the profiles of former members as departed. */
  settleDepartures(): Promise<unknown>;
  clock: Clock;
  /** Aborted when the server stops: long work then stops where it can be resumed. */
  signal: AbortSignal;
  logger: Logger;
}

const minuteMs = 60_000;

/** All background tasks of a server. Several servers of one installation share the work. */
export const backgroundTasks = (fleet: Fleet, options: BackgroundOptions): UpkeepTask[] => {
  const { maintainEveryMs: everyMs, pruneIdentity, settleDepartures, fit, logger } = options;
  return [
    schemaTask(fit, logger),
    ...watchTasks(fleet, options),
    ...lifecycleTasks(fleet, options),
    ...placementTasks(fleet, logger),
    ...backupTasks(fleet, options),
    { name: 'settle departures', everyMs: 5 * minuteMs, run: settleDepartures },
    { name: 'prune', everyMs: 60 * minuteMs, run: pruneIdentity },
    ...(fleet.databases.otherSecrets.length === 0 ? [] : [secretsTask(fleet, options)]),
    ...(everyMs === undefined ? [] : [maintainTask(fleet, { ...options, everyMs })]),
  ];
};
