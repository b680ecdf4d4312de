import type { Logger } from '../../lib/logger.ts';
import type { FittingSchemas } from '../schemas/fitting-schemas.ts';
import type { UpkeepTask } from './upkeep.ts';

const minuteMs = 60_000;
const mostNamed = 20;

/**
 * Checks the migrations of every database's schemas. Logs the tenants that are not served whenever they change, and
 * when all are served again.
 */
export function schemaTask(fit: FittingSchemas, logger: Logger): UpkeepTask {
  let logged = '';
  return {
    name: 'look at schemas',
    everyMs: minuteMs,
    run: async () => {
      const { unfit, away } = await fit.refresh();
      for (const { name, schemas, error } of away)
        logger.error({ err: error, database: name, schemas }, 'the migrations of a database could not be read');
      const names = unfit.toSorted().join(' ');
      if (names === logged) return;
      logged = names;
      const tenants = unfit.slice(0, mostNamed);
      if (unfit.length === 0) logger.info('the schemas of all tenants fit this build');
      else logger.warn({ tenants, count: unfit.length }, 'tenants are not served until they are migrated');
    },
  };
}
