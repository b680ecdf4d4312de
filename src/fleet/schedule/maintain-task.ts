import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Fleet } from '../fleet.ts';
import { maintainTenants, onlyMaintainer } from '../maintain/maintain-tenants.ts';
import type { UpkeepTask } from './upkeep.ts';

export interface MaintainTaskOptions {
  everyMs: number;
  /** How long events are kept; undefined keeps them forever. */
  eventsMs: number | undefined;
  /** Deletes expired sessions, tokens and attempts. */
  pruneIdentity(): Promise<unknown>;
  clock: Clock;
  signal: AbortSignal;
  logger: Logger;
}

/** Runs `chantier tenant maintain --all` periodically, on one of the servers. */
export const maintainTask = (fleet: Fleet, options: MaintainTaskOptions): UpkeepTask => ({
  name: 'maintain',
  everyMs: options.everyMs,
  run: async () => {
    const { eventsMs, clock, signal, logger } = options;
    const report = await onlyMaintainer(fleet, async () => {
      await options.pruneIdentity();
      return await maintainTenants(fleet, { eventsMs, clock, signal });
    });
    for (const { name, error } of report?.away ?? [])
      logger.warn({ err: error, database: name }, 'a database was not maintained');
    for (const { slug, schemaName, errors } of report?.maintained ?? []) {
      for (const error of errors)
        logger.warn({ err: error, schema: slug ?? schemaName }, 'a step of the maintenance failed');
    }
  },
});
