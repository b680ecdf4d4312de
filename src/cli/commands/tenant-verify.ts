import { openArchive } from '../../fleet/archive/open-archive.ts';
import { verifyArchive } from '../../fleet/archive/verify-archive.ts';
import { type DrillReport, drill } from '../../fleet/backups/drill.ts';
import { allAdminsOf } from '../../fleet/fleet.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { type OpenFlags, readKey } from '../archive-key.ts';
import { archiveAt, archiveStorage } from '../archive-storage.ts';
import { print, reasonOf } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import { lines } from '../text.ts';
import type { FleetToolbox, Host } from '../toolbox.ts';

export interface Flags extends OpenFlags {
  all?: boolean;
  from?: string;
  sample?: number;
  json?: boolean;
}

export async function run(host: Host, file: string | undefined, flags: Flags): Promise<void> {
  if ((file === undefined) !== Boolean(flags.all)) throw badInput('Name an archive, or use --all', 'archive');
  await using toolbox = await host.openFleet();
  if (file === undefined) await verifySample(host, toolbox, flags);
  else await verifyOne(host, toolbox, file, flags);
}

async function verifyOne(host: Host, { fleet, config }: FleetToolbox, file: string, flags: Flags): Promise<void> {
  const archive = await openArchive(await archiveAt(config, file), await readKey(flags));
  await using admins = allAdminsOf(fleet);
  using bar = new ProgressBar(host, 'bytes');
  const proven = await verifyArchive(fleet, admins, archive, {
    signal: host.signal,
    onProgress: ({ bytes, totalBytes }) => bar.show(bytes / totalBytes, bytes),
  });
  print(host, flags.json, proven, () => `${file}: ${proven.rows} rows in ${proven.tables} tables, all as archived`);
}

async function verifySample(host: Host, { fleet, config }: FleetToolbox, flags: Flags): Promise<void> {
  const key = await readKey(flags);
  using storage = await archiveStorage(config, flags.from);
  using bar = new ProgressBar(host, 'archives');
  const report = await drill(fleet, {
    storage,
    key,
    share: flags.sample ?? 1,
    signal: host.signal,
    onProgress: (done, total) => bar.show(done / total, done),
  });
  const failed = report.failed.map((each) => ({ ...each, error: reasonOf(each.error) }));
  print(host, flags.json, { ...report, failed }, () => describe(report));
  if (report.interrupted) throw new AppError('CANCELLED', 'Interrupted');
  if (failed.length > 0) throw new AppError('INVALID_STATE', `${failed.length} archives cannot be restored`);
}

const describe = ({ organizations, verified, failed }: DrillReport) =>
  lines([
    ...verified.map(({ file, rows }) => `verified ${file}: ${rows} rows`),
    ...failed.map(({ file, error }) => `failed ${file}: ${reasonOf(error)}`),
    `${verified.length} verified, ${failed.length} failed, of ${organizations} organizations with an archive`,
  ]);
