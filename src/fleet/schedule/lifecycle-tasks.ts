import type { Logger } from '../../lib/logger.ts';
import { dropDue } from '../deletion/drop-due.ts';
import type { Fleet } from '../fleet.ts';
import { keepSpares } from '../schemas/spares.ts';
import type { UpkeepTask } from './upkeep.ts';

export interface LifecycleOptions {
  /** How many spare schemas to keep. */
  spares: number;
  /** Aborted when the server stops: long work then stops where it can be resumed. */
  signal: AbortSignal;
  logger: Logger;
}

const secondMs = 1_000;

/** Background tasks for the lifecycle of tenants. Several servers share the work. */
export const lifecycleTasks = (fleet: Fleet, { spares, signal, logger }: LifecycleOptions): UpkeepTask[] => [
  { name: 'keep spares', everyMs: 30 * secondMs, run: () => keepSpares(fleet, { keep: spares, signal }) },
  {
    name: 'drop what is due',
    everyMs: 600 * secondMs,
    run: async () => {
      const { organizations, schemas, failed } = await dropDue(fleet, { signal });
      if (organizations.length + schemas.length > 0)
        logger.info({ organizations, schemas }, 'dropped organizations and schemas that were due');
      for (const { what, error } of failed)
        logger.warn({ err: error, what }, 'an organization or schema that is due could not be dropped');
    },
  },
];
