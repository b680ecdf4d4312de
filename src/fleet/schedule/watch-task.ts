import type { Fleet } from '../fleet.ts';
import { backupAge, type InstallationState, installationState } from '../metrics/installation-state.ts';
import type { FittingSchemas } from '../schemas/fitting-schemas.ts';
import type { UpkeepTask } from './upkeep.ts';

/** What a server knows of the installation for its metrics, as it was when it was last looked at. */
export interface Watched {
  /** Null when the catalog did not answer; undefined before it was asked. */
  state: InstallationState | null | undefined;
  backupAgeSeconds: number | undefined;
  /** By the monotonic clock: when the age was read. */
  readAt: number;
}

const secondMs = 1_000;

/** Keeps the figures of the installation: for metrics, which are read often and must not cost a question each time. */
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
