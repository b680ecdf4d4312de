import { type BackupAllReport, backupAll } from '../../fleet/archive/backup-all.ts';
import { backupTenant } from '../../fleet/archive/backup-tenant.ts';
import { deleteOld, discardAbandoned } from '../../fleet/archive/retention.ts';
import { allAdminsOf } from '../../fleet/fleet.ts';
import { servedPlace } from '../../fleet/for-each-tenant.ts';
import { sharingLife } from '../../fleet/holding-life.ts';
import { listTenants } from '../../fleet/organizations/list-tenants.ts';
import { patiently } from '../../fleet/patience.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { tenantNotFound } from '../../tenancy/tenant.ts';
import { type LockFlags, readLock } from '../archive-key.ts';
import { archiveStorage } from '../archive-storage.ts';
import { print, reasonOf } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host, Toolbox } from '../toolbox.ts';

export interface Flags extends LockFlags {
  to?: string;
  all?: boolean;
  parallel: number;
  keepDays?: number;
  keepCount?: number;
  resume?: string;
  json?: boolean;
}

export async function run(host: Host, slug: string | undefined, flags: Flags): Promise<void> {
  if ((slug === undefined) !== Boolean(flags.all)) throw badInput('Name an organization, or use --all', 'slug');
  await using toolbox = await host.open();
  if (slug === undefined) await backUpAll(host, toolbox, flags);
  else await backUpOne(host, toolbox, slug, flags);
}

async function backUpOne(host: Host, { fleet, directory, config }: Toolbox, slug: string, flags: Flags): Promise<void> {
  const { id } = await directory.getBySlug(slug);
  using storage = await archiveStorage(config, flags.to);
  const key = await readLock(flags);
  await using admins = allAdminsOf(fleet);
  const made = await sharingLife(admins, id, async () => {
    const place = await servedPlace(fleet.catalog, id);
    if (!place) throw tenantNotFound(slug);
    return await backupTenant(fleet, admins, { ...place, id }, { storage, key, signal: host.signal });
  });
  const deleted = await deleteOld(made, flags);
  await discardAbandoned(storage);
  const { file, size, manifest } = made;
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const result = { file, bytes: size, rows, snapshotAt: manifest.snapshotAt, deleted };
  print(host, flags.json, result, () => `${file}: ${rows} rows, ${size} bytes`);
}

async function backUpAll(host: Host, { fleet, config }: Toolbox, flags: Flags): Promise<void> {
  const key = await readLock(flags);
  using storage = await archiveStorage(config, flags.to);
  const total = (await patiently(fleet, () => listTenants(fleet.catalog))).length;
  using bar = new ProgressBar(host, 'organizations');
  const report = await backupAll(fleet, {
    storage,
    key,
    parallel: flags.parallel,
    keepDays: flags.keepDays,
    keepCount: flags.keepCount,
    run: flags.resume,
    signal: host.signal,
    onProgress: (visited) => bar.show(total > 0 ? visited / total : 1, visited),
  });
  print(host, flags.json, toJson(report), () => describe(report));
  const howToResume = `resume with --resume ${report.run}`;
  if (report.stoppedBy !== undefined)
    throw new AppError('UNAVAILABLE', `${reasonOf(report.stoppedBy)}: ${howToResume}`);
  if (report.interrupted) throw new AppError('CANCELLED', `Interrupted: ${howToResume}`);
  if (report.failed.length > 0) {
    throw new AppError('UNAVAILABLE', `${report.failed.length} of the organizations could not be backed up`);
  }
}

const toJson = ({ failed, stoppedBy, ...report }: BackupAllReport) => ({
  ...report,
  failed: failed.map(({ slug, error }) => ({ slug, error: reasonOf(error) })),
  ...(stoppedBy !== undefined && { stoppedBy: reasonOf(stoppedBy) }),
});

const describe = ({ run, done, failed, earlier, gone, deleted }: BackupAllReport): string =>
  [
    ...done.map(({ slug, file }) => `archived ${slug}: ${file}`),
    ...earlier.map((slug) => `archived ${slug} in an earlier attempt`),
    ...gone.map((slug) => `gone ${slug}`),
    ...failed.map(({ slug, error }) => `failed ${slug}: ${reasonOf(error)}`),
    `run ${run}: ${done.length} archived, ${earlier.length} earlier, ${gone.length} gone, ${failed.length} failed, ${deleted} old archives deleted`,
  ].join('\n');
