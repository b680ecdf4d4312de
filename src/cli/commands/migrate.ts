import { type Command, InvalidArgumentError } from 'commander';
import { AppError } from '../../lib/errors.ts';
import { type FleetReport, migrateFleet, type SchemaResult } from '../../tenancy/migrate.ts';
import { print, table } from '../output.ts';
import type { Host } from '../toolbox.ts';

interface Options {
  status?: boolean;
  dryRun?: boolean;
  canary?: string;
  parallel: number;
  json?: boolean;
}

const wholeNumber = (text: string): number => {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number from 1 to 999');
};

const nameOf = ({ slug, schemaName }: SchemaResult): string => slug ?? schemaName;
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function addMigrate(program: Command, host: Host): void {
  program
    .command('migrate [tenant]')
    .description('Bring the catalog and all schemas, or one company’s, up to this build. Interrupted, run it again.')
    .option('--status', 'show what is pending, and change nothing')
    .option('--dry-run', 'the same, naming every migration')
    .option('--canary <tenant>', 'try this company first; when it fails, touch no other')
    .option('--parallel <n>', 'how many at once', wholeNumber, 4)
    .option('--json', 'print one JSON document')
    .action(async (only: string | undefined, { status, dryRun, json, ...options }: Options) => {
      await using toolbox = await host.open({ unmigrated: true });
      const look = Boolean(status || dryRun);
      const progress = (result: SchemaResult) =>
        host.stderr.write(`${result.error ? 'failed  ' : 'migrated'} ${nameOf(result)}\n`);
      const report = await migrateFleet(toolbox.fleet, {
        ...options,
        only,
        dryRun: look,
        signal: host.signal,
        ...(!look && !json && { onProgress: progress }),
      });
      print(host, json, toJson(report), () => describe(report, look, Boolean(dryRun)));
      fail(report);
    });
}

const toJson = (report: FleetReport) => ({
  ...report,
  failed: report.failed.map(({ error, ...result }) => ({ ...result, error: reason(error) })),
});

function describe(
  { shared, migrated, failed, current, resumeAfter }: FleetReport,
  look: boolean,
  names: boolean,
): string {
  const rows = migrated.map((result) => [
    nameOf(result),
    names ? result.migrations.join(' ') : result.migrations.length,
  ]);
  const done = look ? 'pending' : 'migrated';
  const lines = [
    ...(look && rows.length ? [table(['SCHEMA', 'PENDING'], rows)] : []),
    ...failed.map((result) => `failed ${nameOf(result)}: ${reason(result.error)}`),
    `shared: ${shared.length} ${done}; schemas: ${migrated.length} ${done}, ${current} current, ${failed.length} failed`,
    ...(resumeAfter === undefined ? [] : ['interrupted: run the same command again to go on']),
  ];
  return lines.join('\n');
}

function fail({ failed, resumeAfter }: FleetReport): void {
  if (failed.length) throw new AppError('MIGRATION_FAILED', `${failed.length} of the schemas could not be migrated`);
  if (resumeAfter !== undefined) throw new AppError('CANCELLED', 'The migration was interrupted');
}
