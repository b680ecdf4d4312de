import { type Command, InvalidArgumentError } from 'commander';
import { isStamp, tenantSubject } from '../../fleet/archive/archive-names.ts';
import { type BackupAllReport, backupAll } from '../../fleet/archive/backup-all.ts';
import { backupTenant } from '../../fleet/archive/backup-tenant.ts';
import { deleteOld } from '../../fleet/archive/retention.ts';
import { allAdminsOf } from '../../fleet/fleet.ts';
import { listTenants } from '../../fleet/organizations/list-tenants.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { readWhole } from '../../lib/read-text.ts';
import { addKeyOptions, type KeyFlags, readKey } from '../archive-key.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host, Toolbox } from '../toolbox.ts';

interface Flags extends KeyFlags {
  to: string;
  all?: boolean;
  parallel: number;
  keepDays?: number;
  resume?: string;
  json?: boolean;
}

export function addTenantBackup(tenant: Command, host: Host): void {
  const command = tenant
    .command('backup [slug]')
    .description('Write one state of a company, or of all, to archives (see docs/archive.md), while it is worked with.')
    .option('--all', 'every company; one that fails stops no other')
    .option('--to <folder>', 'where archives are', 'backups')
    .option('--parallel <n>', 'with --all: how many at once', wholeNumber, 2)
    .option('--keep-days <n>', 'delete older archives of a company once there is a new one', wholeNumber)
    .option('--resume <run>', 'with --all: go on with an interrupted run', readRun)
    .option('--json', 'print one JSON document');
  addKeyOptions(command).action(async (slug: string | undefined, flags: Flags) => {
    if ((slug === undefined) !== Boolean(flags.all)) throw badInput('Name a company, or say --all', 'slug');
    await using toolbox = await host.open();
    if (slug === undefined) await backUpAll(host, toolbox, flags);
    else await backUpOne(host, toolbox, slug, flags);
  });
}

async function backUpOne(host: Host, { fleet, directory }: Toolbox, slug: string, flags: Flags): Promise<void> {
  const tenant = await directory.getBySlug(slug);
  await using admins = allAdminsOf(fleet);
  const { file, size, manifest } = await backupTenant(fleet, admins, tenant, {
    folder: flags.to,
    key: await readKey(flags),
    signal: host.signal,
  });
  const { keepDays } = flags;
  const deleted = keepDays === undefined ? [] : await deleteOld(flags.to, tenantSubject(tenant), { keepDays });
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const result = { file, bytes: size, rows, snapshotAt: manifest.snapshotAt, deleted };
  print(host, flags.json, result, () => `${file}: ${rows} rows, ${size} bytes`);
}

async function backUpAll(host: Host, { fleet }: Toolbox, flags: Flags): Promise<void> {
  const key = await readKey(flags);
  const total = (await listTenants(fleet.catalog)).length;
  using bar = new ProgressBar(host.stderr, 'companies');
  const report = await backupAll(fleet, {
    folder: flags.to,
    key,
    parallel: flags.parallel,
    keepDays: flags.keepDays,
    run: flags.resume,
    signal: host.signal,
    onProgress: ({ done }) => bar.show(total > 0 ? done / total : 1, done),
  });
  print(host, flags.json, toJson(report), () => describe(report));
  if (report.interrupted) throw new AppError('CANCELLED', `Interrupted: go on with --resume ${report.run}`);
  if (report.failed.length > 0) {
    throw new AppError('UNAVAILABLE', `${report.failed.length} of the companies could not be backed up`);
  }
}

const toJson = ({ failed, ...report }: BackupAllReport) => ({
  ...report,
  failed: failed.map(({ slug, error }) => ({ slug, error: reason(error) })),
});

const describe = ({ run, done, failed, skipped, deleted }: BackupAllReport): string =>
  [
    ...failed.map(({ slug, error }) => `failed ${slug}: ${reason(error)}`),
    `run ${run}: ${done.length} backed up, ${skipped} done before, ${failed.length} failed, ${deleted} old archives deleted`,
  ].join('\n');

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function wholeNumber(text: string): number {
  const value = readWhole(text, 1, 9_999);
  if (value === undefined) throw new InvalidArgumentError('a whole number from 1 to 9999');
  return value;
}

function readRun(text: string): string {
  if (!isStamp(text)) throw new InvalidArgumentError('a run as it was named, such as 20261121T104029123Z');
  return text;
}
