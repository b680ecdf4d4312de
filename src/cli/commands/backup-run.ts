import { advisoryLocks } from '../../db/advisory-lock.ts';
import { stampOf } from '../../fleet/archive/archive-names.ts';
import { runBackups, type TargetRun } from '../../fleet/backups/run-backups.ts';
import { onlyOne } from '../../fleet/only-one.ts';
import { AppError } from '../../lib/errors.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import { lines } from '../text.ts';
import type { Host } from '../toolbox.ts';
import type { StatusFlags } from './backup-status.ts';

export async function run(host: Host, { json }: StatusFlags): Promise<void> {
  await using toolbox = await host.openFleet();
  const { fleet, config } = toolbox;
  using bar = new ProgressBar(host, 'organizations');
  const { targets } = config.backups;
  const { signal } = host;
  const onProgress = (visited: number) => bar.show(0, visited);
  const runs = await onlyOne(fleet, advisoryLocks.backups, () =>
    runBackups(fleet, config.backups, { run: stampOf(new Date()), targets, signal, onProgress }),
  );
  if (!runs) throw new AppError('IN_USE', 'Another process is backing up');
  print(host, json, runs.map(toJson), () => lines(runs.map(describe)));
  if (signal.aborted) throw new AppError('CANCELLED', 'Interrupted');
  const failed = runs.filter(({ error }) => error !== null);
  if (failed.length > 0) throw new AppError('UNAVAILABLE', `${failed.length} of ${targets.length} targets failed`);
}

const toJson = ({ target, report, error }: TargetRun) => ({
  ...{ target, error, archived: report?.done.length ?? 0, deleted: report?.deleted ?? 0 },
});

const describe = ({ target, report, error }: TargetRun): string =>
  error === null ? `${target}: ${report?.done.length ?? 0} organizations archived` : `${target}: ${error}`;
