import { advisoryLocks } from '../../db/advisory-lock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Fleet } from '../fleet.ts';
import { onlyOne } from '../only-one.ts';
import { renewSecrets } from '../secrets/renew-secrets.ts';
import type { UpkeepTask } from './upkeep.ts';

export interface SecretsTaskOptions {
  /** Seals the values of accounts again, under the current SECRET. */
  resealIdentity(): Promise<{ resealed: number }>;
  logger: Logger;
}

const minuteMs = 60_000;

/**
 * Runs `chantier secrets reseal` while two secrets are configured: until it has succeeded once in this process, and
 * then whenever accounts have something to reseal.
 */
export function secretsTask(fleet: Fleet, { resealIdentity, logger }: SecretsTaskOptions): UpkeepTask {
  let isRenewed = false;
  return {
    name: 'reseal',
    everyMs: 10 * minuteMs,
    run: () =>
      onlyOne(fleet, advisoryLocks.resealing, async () => {
        const { resealed } = await resealIdentity();
        if (resealed === 0 && isRenewed) return;
        const { logins, failed, failedOrganizations } = await renewSecrets(fleet);
        isRenewed = failed.length + failedOrganizations.length === 0;
        logger.info({ resealed, logins }, 'resealed under the current SECRET');
        for (const { database, error } of failed)
          logger.warn({ err: error, database }, 'the passwords of the logins of a database were not renewed');
        for (const { organization, error } of failedOrganizations)
          logger.warn({ err: error, organization: organization.slug }, 'the secrets of webhooks were not resealed');
      }),
  };
}
