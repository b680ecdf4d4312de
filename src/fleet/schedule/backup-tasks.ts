import { advisoryLocks } from '../../db/advisory-lock.ts';
import { type Clock, later } from '../../lib/clock.ts';
import { CronSchedule } from '../../lib/cron-schedule.ts';
import type { Logger } from '../../lib/logger.ts';
import { stampOf } from '../archive/archive-names.ts';
import { type JournalKind, lastRuns, recordRun } from '../backups/backup-journal.ts';
import { type BackupSettings, keyOf, openTarget } from '../backups/backup-settings.ts';
import { type DrillReport, drill, drillFailure } from '../backups/drill.ts';
import { runBackups } from '../backups/run-backups.ts';
import type { Fleet } from '../fleet.ts';
import { onlyOne } from '../only-one.ts';
import type { UpkeepTask } from './upkeep.ts';

export interface BackupTaskOptions {
  backups: BackupSettings;
  clock: Clock;
  signal: AbortSignal;
  logger: Logger;
}

const minuteMs = 60_000;
/** How long a failed run waits before it is tried again. */
const retryMs = 15 * minuteMs;

/** Scheduled backups and drills. One of the servers does them; if it is killed, another one resumes its work. */
export function backupTasks(fleet: Fleet, options: BackupTaskOptions): UpkeepTask[] {
  const { schedule, jitterMs, drill: drills } = options.backups;
  const task = (name: string, expression: string, kind: JournalKind, work: typeof backUp): UpkeepTask => ({
    name,
    everyMs: minuteMs,
    run: () => runDue(fleet, options, { times: new CronSchedule(expression, { jitterMs }), kind, work }),
  });
  return [
    ...(schedule === undefined ? [] : [task('back up', schedule, 'backup.run', backUp)]),
    ...(drills.schedule === undefined ? [] : [task('drill', drills.schedule, 'backup.drill', verify)]),
  ];
}

interface Due {
  run: string;
  targets: string[];
}

interface Scheduled {
  times: CronSchedule;
  kind: JournalKind;
  work: typeof backUp;
}

/** Looks for due targets again under the lock, because another server may have done the work meanwhile. */
async function runDue(fleet: Fleet, options: BackupTaskOptions, { times, kind, work }: Scheduled): Promise<void> {
  const { backups, clock } = options;
  const now = clock();
  const time = times.latest(now, fleet.installation.prefix);
  if (!time) return;
  const run = stampOf(time);
  const look = () => dueTargets(fleet, kind, { run, targets: backups.targets, now });
  if ((await look()).length === 0) return;
  await onlyOne(fleet, kind === 'backup.run' ? advisoryLocks.backups : advisoryLocks.drills, async () => {
    const targets = await look();
    if (targets.length > 0) await work(fleet, options, { run, targets });
  });
}

/** Targets at which the run of this time has not succeeded, unless it failed less than `retryMs` ago. */
async function dueTargets(
  { catalog }: Fleet,
  kind: JournalKind,
  { run, targets, now }: { run: string; targets: readonly string[]; now: Date },
): Promise<string[]> {
  const last = await lastRuns(catalog, kind, targets);
  return targets.filter((target) => {
    const known = last.get(target);
    if (!known || known.run < run) return true;
    return known.error !== null && known.run === run && known.at < later(now, -retryMs);
  });
}

async function backUp(fleet: Fleet, { backups, signal, logger }: BackupTaskOptions, due: Due): Promise<void> {
  for (const { target, report, error } of await runBackups(fleet, backups, { ...due, signal })) {
    const { done = [], deleted = 0 } = report ?? {};
    if (error === null) logger.info({ target, run: due.run, archives: done.length, deleted }, 'backed up');
    else logger.error({ target, run: due.run, reason: error }, 'a backup failed and will be tried again');
    for (const each of report?.failed ?? []) logger.error({ err: each.error, tenant: each.slug }, 'not backed up');
  }
}

async function verify(fleet: Fleet, options: BackupTaskOptions, { run, targets }: Due): Promise<void> {
  const { signal, logger } = options;
  for (const target of targets) {
    const { archives, error } = await drillAt(fleet, options, target);
    if (signal.aborted) return;
    await recordRun(fleet.catalog, 'backup.drill', { target, run, archives, error });
    if (error === null) logger.info({ target, archives }, 'a drill restored archives');
    else logger.error({ target, reason: error }, 'a drill found archives that cannot be restored');
  }
}

async function drillAt(
  fleet: Fleet,
  { backups, signal }: BackupTaskOptions,
  target: string,
): Promise<{ archives: number; error: string | null }> {
  try {
    using storage = await openTarget(backups, target);
    const { share } = backups.drill;
    const report: DrillReport = await drill(fleet, { storage, key: keyOf(backups.drill), share, signal });
    return { archives: report.verified.length, error: drillFailure(report) };
  } catch (error) {
    return { archives: 0, error: error instanceof Error ? error.message : String(error) };
  }
}
