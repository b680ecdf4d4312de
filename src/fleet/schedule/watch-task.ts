import type { Fleet } from '../fleet.ts';
import { backupAge, type InstallationState, installationState } from '../metrics/installation-state.ts';
import type { FittingSchemas } from '../schemas/fitting-schemas.ts';
import type { UpkeepTask } from './upkeep.ts';

/** The state of the installation for metrics, as last read. */
export interface Watched {
  /** Null if the catalog did not answer; undefined before the first read. */
  state: InstallationState | null | undefined;
  backupAgeSeconds: number | undefined;
  /** When the age was read, by the monotonic clock. */
  readAt: number;
}

const secondMs = 1_000;

/** Refreshes these figures periodically, so that reading metrics needs no queries. */
export const watchTasks = (fleet: Fleet, fit: FittingSchemas, watched: Watched): UpkeepTask[] => [
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
    },
  },
];
