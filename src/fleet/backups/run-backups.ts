import { AppError } from '../../lib/errors.ts';
import { listNames, type Storage } from '../../storage/storage.ts';
import { suffixOf } from '../archive/archive-key.ts';
import { archiveName, catalogSubject, readArchiveName } from '../archive/archive-names.ts';
import { type BackupAllReport, backupAll } from '../archive/backup-all.ts';
import { backupCatalog } from '../archive/backup-catalog.ts';
import { deleteOld } from '../archive/retention.ts';
import type { Fleet } from '../fleet.ts';
import { recordRun } from './backup-journal.ts';
import { type BackupSettings, lockOf, openTarget } from './backup-settings.ts';

export interface RunOptions {
  /** The stamp of the run: with the same one, an interrupted run is resumed. */
  run: string;
  targets: readonly string[];
  signal?: AbortSignal | undefined;
  onProgress?: ((visited: number) => void) | undefined;
}

/** How a run ended at one target. */
export interface TargetRun {
  target: string;
  /** Undefined when the target could not be used. */
  report: BackupAllReport | undefined;
  /** Why something was not archived there; null if everything was. */
  error: string | null;
}

/**
 * Archives the catalog and every organization at each target, and records how that ended. A target that cannot be used
 * does not affect the others. `signal` stops it; a call with the same `run` resumes it. Throws only if the catalog does
 * not answer.
 */
export async function runBackups(fleet: Fleet, settings: BackupSettings, options: RunOptions): Promise<TargetRun[]> {
  const runs: TargetRun[] = [];
  for (const target of options.targets) {
    if (options.signal?.aborted) break;
    const ended = await runAt(fleet, settings, target, options);
    if (options.signal?.aborted) break;
    runs.push(ended);
    const { report, error } = ended;
    const archives = (report?.done.length ?? 0) + (report?.earlier.length ?? 0);
    await recordRun(fleet.catalog, 'backup.run', { target, run: options.run, archives, error });
  }
  return runs;
}

/** A run may be early by the jitter of two runs: a full archive is due then too. */
const fullEveryMs = ({ fullEveryMs: every, jitterMs }: BackupSettings): number | undefined =>
  every === undefined ? undefined : every - jitterMs;

async function runAt(
  fleet: Fleet,
  settings: BackupSettings,
  target: string,
  { run, signal, onProgress }: RunOptions,
): Promise<TargetRun> {
  try {
    using storage = await openTarget(settings, target);
    await archiveCatalog(fleet, settings, storage, run);
    const key = lockOf(settings);
    const options = { storage, key, run, signal, onProgress, ...settings.retention };
    const report = await backupAll(fleet, { ...options, fullEveryMs: fullEveryMs(settings) });
    return { target, report, error: reasonOf(report) };
  } catch (error) {
    return { target, report: undefined, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Archives the catalog, unless this run has done so before. */
async function archiveCatalog(fleet: Fleet, settings: BackupSettings, storage: Storage, run: string): Promise<void> {
  const key = lockOf(settings);
  const names = await listNames(storage, archiveName({ subject: catalogSubject, stamp: run }, suffixOf(key)));
  if (names.some((name) => readArchiveName(name) !== undefined)) return;
  const made = await backupCatalog(fleet, { storage, key, stamp: run });
  await deleteOld(made, settings.retention);
}

function reasonOf({ failed, stoppedBy }: BackupAllReport): string | null {
  if (stoppedBy !== undefined) return stoppedBy instanceof Error ? stoppedBy.message : String(stoppedBy);
  if (failed.length === 0) return null;
  const [first] = failed;
  const why = first!.error instanceof AppError ? `: ${first!.error.message}` : '';
  return `${failed.length} organizations were not archived, such as ${first!.slug}${why}`;
}
