import type { Logger } from '../../lib/logger.ts';
import type { FittingSchemas } from '../schemas/fitting-schemas.ts';
import type { UpkeepTask } from './upkeep.ts';

const minuteMs = 60_000;
const mostNamed = 20;

/** Asks every database how far its schemas are migrated. The log says once which tenants are not served, and when all are. */
export function schemaTask(fit: FittingSchemas, logger: Logger): UpkeepTask {
  let told = '';
  return {
    name: 'look at schemas',
    everyMs: minuteMs,
    run: async () => {
      const { unfit, away } = await fit.refresh();
      for (const { name, schemas, error } of away)
        logger.error({ err: error, database: name, schemas }, 'a database does not say how far it is migrated');
      const names = unfit.toSorted().join(' ');
      if (names === told) return;
      told = names;
      const tenants = unfit.slice(0, mostNamed);
      if (unfit.length === 0) logger.info('the schemas of all tenants fit this build');
      else logger.warn({ tenants, count: unfit.length }, 'tenants are not served until they are migrated');
    },
  };
}
