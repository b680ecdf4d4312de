import { lastRuns } from '../backups/backup-journal.ts';
import type { BackupSettings } from '../backups/backup-settings.ts';
import type { Fleet } from '../fleet.ts';
import { backupAge, type InstallationState, installationState } from '../metrics/installation-state.ts';
import type { FittingSchemas } from '../schemas/fitting-schemas.ts';
import type { UpkeepTask } from './upkeep.ts';

/** The state of the installation for metrics, as last read. */
export interface Watched {
  /** Null if the catalog did not answer; undefined before the first read. */
  state: InstallationState | null | undefined;
  backupAgeSeconds: number | undefined;
  /** Whether the last run and the last drill at a target failed; targets without one are missing. */
  targets: readonly WatchedTarget[];
  /** When the age was read, by the monotonic clock. */
  readAt: number;
}

export interface WatchedTarget {
  target: string;
  kind: 'run' | 'drill';
  failed: boolean;
}

interface WatchOptions {
  fit: FittingSchemas;
  watched: Watched;
  backups: BackupSettings;
}

const secondMs = 1_000;

/** Refreshes these figures periodically, so that reading metrics needs no queries. */
export const watchTasks = (fleet: Fleet, { fit, watched, backups }: WatchOptions): UpkeepTask[] => [
  {
    name: 'watch the installation',
    everyMs: 30 * secondMs,
    run: async () => {
      try {
        watched.state = await installationState(fleet, fit);
      } catch (error) {
        watched.state = null;
        throw error;
      }
    },
  },
  {
    name: 'watch backups',
    everyMs: 300 * secondMs,
    run: async () => {
      watched.backupAgeSeconds = await backupAge(fleet);
      watched.readAt = performance.now();
      watched.targets = await watchTargets(fleet, backups);
    },
  },
];

async function watchTargets({ catalog }: Fleet, { targets }: BackupSettings): Promise<WatchedTarget[]> {
  const runs = await lastRuns(catalog, 'backup.run', targets);
  const drills = await lastRuns(catalog, 'backup.drill', targets);
  return [
    ...[...runs.values()].map(({ target, error }) => ({ target, kind: 'run' as const, failed: error !== null })),
    ...[...drills.values()].map(({ target, error }) => ({ target, kind: 'drill' as const, failed: error !== null })),
  ];
}
