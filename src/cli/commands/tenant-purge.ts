import type { Command } from 'commander';
import { type DropDueReport, dropDue } from '../../fleet/deletion/drop-due.ts';
import { AppError } from '../../lib/errors.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function addTenantPurge(tenant: Command, host: Host): void {
  tenant
    .command('purge')
    .description(
      'Drop what is due, as running servers do by themselves: deleted companies, old copies, failed attempts.',
    )
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      await using toolbox = await host.open();
      const report = await dropDue(toolbox.fleet, {
        signal: host.signal,
        ...(!json && {
          onProgress: ({ what, error }) => host.stderr.write(`${error ? 'failed ' : 'dropped'} ${what}\n`),
        }),
      });
      print(host, json, asJson(report), () => describe(report));
      if (report.failed.length > 0) throw new AppError('UNAVAILABLE', `${report.failed.length} could not be dropped`);
    });
}

const asJson = ({ failed, ...report }: DropDueReport) => ({
  ...report,
  failed: failed.map(({ what, error }) => ({ what, error: reason(error) })),
});

const describe = ({ organizations, schemas, failed }: DropDueReport): string =>
  [
    ...failed.map(({ what, error }) => `failed ${what}: ${reason(error)}`),
    `dropped: ${organizations.length} companies, ${schemas.length} other schemas`,
  ].join('\n');
