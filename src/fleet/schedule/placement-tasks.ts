import type { Logger } from '../../lib/logger.ts';
import { checkDatabases } from '../databases/check-database.ts';
import type { Fleet } from '../fleet.ts';
import { settleMoves } from '../move/settle-move.ts';
import { liftStrayFences } from '../move/stray-fences.ts';
import type { UpkeepTask } from './upkeep.ts';

const secondMs = 1_000;

/** Background tasks for the places of tenants. Several servers share the work. */
export const placementTasks = (fleet: Fleet, logger: Logger): UpkeepTask[] => [
  {
    name: 'settle moves',
    everyMs: 15 * secondMs,
    run: async () => {
      for (const { organizationId, error } of await settleMoves(fleet)) {
        logger.warn({ err: error, organizationId }, 'an unfinished move cannot be settled now');
      }
    },
  },
  {
    name: 'lift stray fences',
    everyMs: 60 * secondMs,
    run: async () => {
      const { lifted, failed } = await liftStrayFences(fleet);
      if (lifted.length > 0) logger.error({ tenants: lifted }, 'lifted stray fences: these tenants could not write');
      for (const { organizationId, error } of failed) {
        logger.error({ err: error, organizationId }, 'a tenant cannot write, and its fence cannot be lifted now');
      }
    },
  },
  {
    name: 'check databases',
    everyMs: 60 * secondMs,
    run: async () => {
      for (const { database, error } of await checkDatabases(fleet)) {
        if (error !== null) logger.error({ database: database.name, reason: error }, 'a database cannot be used');
      }
    },
  },
];
