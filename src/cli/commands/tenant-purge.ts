import { type DropDueReport, dropDue } from '../../fleet/deletion/drop-due.ts';
import { AppError } from '../../lib/errors.ts';
import type { JsonFlag } from '../flags.ts';
import { print, reasonOf } from '../output.ts';
import type { Host } from '../toolbox.ts';

export async function run(host: Host, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.openFleet();
  const report = await dropDue(toolbox.fleet, {
    signal: host.signal,
    ...(!json && {
      onProgress: ({ what, error }) => host.stderr.write(`${error ? 'failed ' : 'dropped'} ${what}\n`),
    }),
  });
  print(host, json, asJson(report), () => describe(report));
  if (report.stoppedBy !== undefined) throw report.stoppedBy;
  if (report.failed.length > 0) throw new AppError('UNAVAILABLE', `${report.failed.length} could not be dropped`);
}

const asJson = ({ failed, stoppedBy, ...report }: DropDueReport) => ({
  ...report,
  ...(stoppedBy !== undefined && { stoppedBy: reasonOf(stoppedBy) }),
  failed: failed.map(({ what, error }) => ({ what, error: reasonOf(error) })),
});

const describe = ({ organizations, schemas, failed }: DropDueReport): string =>
  [
    ...failed.map(({ what, error }) => `failed ${what}: ${reasonOf(error)}`),
    `dropped: ${organizations.length} organizations, ${schemas.length} other schemas`,
  ].join('\n');
