import { renewSecrets } from '../../fleet/secrets/renew-secrets.ts';
import { resealIdentity } from '../../identity/reseal-identity.ts';
import { AppError } from '../../lib/errors.ts';
import type { JsonFlag } from '../flags.ts';
import { print, reasonOf } from '../output.ts';
import { lines } from '../text.ts';
import type { Host } from '../toolbox.ts';

export async function run(host: Host, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.open();
  const own = await resealIdentity(toolbox.identity);
  const ofFleet = await renewSecrets(toolbox.fleet);
  const result = {
    resealed: own.resealed + ofFleet.resealed,
    unopened: own.unopened + ofFleet.unopened,
    logins: ofFleet.logins,
    failed: ofFleet.failed.map(({ database, error }) => ({ database, error: reasonOf(error) })),
    failedOrganizations: ofFleet.failedOrganizations.map(({ organization: { slug }, error }) => ({
      slug,
      error: reasonOf(error),
    })),
  };
  print(host, json, result, () =>
    lines([
      `${result.resealed} values resealed, ${result.logins} passwords of logins renewed`,
      ...result.failed.map(({ database, error }) => `failed ${database}: ${error}`),
      ...result.failedOrganizations.map(({ slug, error }) => `failed ${slug}: ${error}`),
    ]),
  );
  if (result.failed.length > 0) {
    throw new AppError('UNAVAILABLE', 'Some databases still have old passwords: rerun this before you remove a secret');
  }
  if (result.failedOrganizations.length > 0) {
    throw new AppError('UNAVAILABLE', 'Some webhooks still need old secrets: rerun this before you remove a secret');
  }
  if (result.unopened > 0) {
    throw new AppError(
      'INVALID_STATE',
      `${result.unopened} values were sealed under a secret that is not configured: add it to PREVIOUS_SECRETS`,
    );
  }
}
