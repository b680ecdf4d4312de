import { mkdir, readdir } from 'node:fs/promises';
import { allAdminsOf, type Fleet, type FleetAdmins } from '../fleet.ts';
import { forEachTenant, type TenantPlace } from '../for-each-tenant.ts';
import { readArchiveName, stampOf, tenantSubject } from './archive-names.ts';
import { type BackupOptions, backupTenant } from './backup-tenant.ts';
import { deleteOld } from './retention.ts';

export interface BackupAllOptions extends Pick<BackupOptions, 'folder' | 'key' | 'signal'> {
  /** How many at once. */
  parallel?: number | undefined;
  /** Archives older than this are deleted, once there is a new one of the same company. */
  keepDays?: number | undefined;
  /** The run to go on with; a new one when absent. */
  run?: string | undefined;
  onProgress?: ((progress: BackedUp & { done: number }) => void) | undefined;
}

export interface BackedUp {
  slug: string;
  /** Absent where it failed. */
  file?: string;
  bytes?: number;
  error?: unknown;
}

export interface BackupAllReport {
  /** What the run is called: with it, an interrupted one goes on. */
  run: string;
  done: BackedUp[];
  failed: BackedUp[];
  /** Backed up by an earlier part of the run. */
  skipped: number;
  deleted: number;
  interrupted: boolean;
}

/**
 * Backs up every company, several at once. One that fails is reported and stops none of the others; its older archives
 * stay. A run that was interrupted goes on under its name: what it has done is not done again.
 */
export async function backupAll(fleet: Fleet, options: BackupAllOptions): Promise<BackupAllReport> {
  const { folder, parallel = 2, signal, run = stampOf(new Date()) } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const report: BackupAllReport = { run, done: [], failed: [], skipped: 0, deleted: 0, interrupted: false };
  const made = new Set((await readdir(folder)).flatMap((file) => madeBy(run, file)));
  await using admins = allAdminsOf(fleet);
  const visit = async (place: TenantPlace) => {
    const { organization } = place;
    if (!organization) return;
    if (made.has(organization.id)) report.skipped++;
    else await backUp({ fleet, admins, options: { ...options, run }, report }, place, organization);
  };
  const { resumeAfter, failed } = await forEachTenant(fleet.catalog, visit, { parallel, signal });
  for (const { place, error } of failed)
    report.failed.push({ slug: place.organization?.slug ?? place.schemaName, error });
  report.interrupted = resumeAfter !== undefined || signal?.aborted === true;
  return report;
}

interface Run {
  fleet: Fleet;
  admins: FleetAdmins;
  options: BackupAllOptions & { run: string };
  report: BackupAllReport;
}

async function backUp(
  { fleet, admins, options, report }: Run,
  { databaseId, schemaName }: TenantPlace,
  organization: { id: string; slug: string },
): Promise<void> {
  const { folder, key, run, signal, keepDays, onProgress } = options;
  const tell = (result: BackedUp) => {
    (result.error === undefined ? report.done : report.failed).push(result);
    onProgress?.({ ...result, done: report.done.length + report.failed.length });
  };
  const { id, slug } = organization;
  try {
    const place = { id, databaseId, schemaName };
    const { file, size } = await backupTenant(fleet, admins, place, { folder, key, signal, stamp: run });
    const old = keepDays === undefined ? [] : await deleteOld(folder, tenantSubject(organization), { keepDays });
    report.deleted += old.length;
    tell({ slug, file, bytes: size });
  } catch (error) {
    if (signal?.aborted) return;
    tell({ slug, error });
  }
}

/** The organization whose archive of this run a file is. */
function madeBy(run: string, file: string): string[] {
  const name = readArchiveName(file);
  return name?.stamp === run ? [name.subject.split('.').at(-1)!] : [];
}
