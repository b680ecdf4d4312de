import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { allAdminsOf, type Fleet, type FleetAdmins } from '../fleet.ts';
import { forEachTenant, type ServedPlace } from '../for-each-tenant.ts';
import type { PatienceOptions } from '../patience.ts';
import { readArchiveName, stampOf } from './archive-names.ts';
import { type BackupOptions, backupTenant } from './backup-tenant.ts';
import { deleteOld } from './retention.ts';

export interface BackupAllOptions extends Pick<BackupOptions, 'folder' | 'key' | 'signal'>, PatienceOptions {
  /** How many at once. */
  parallel?: number | undefined;
  /** Archives older than this are deleted, once there is a new one of the same organization. */
  keepDays?: number | undefined;
  /** The run to go on with; a new one when absent. */
  run?: string | undefined;
  /** How long to wait at the end for organizations that are being moved; milliseconds. */
  busyWaitMs?: number | undefined;
  /** Told how many were visited. */
  onProgress?: ((visited: number) => void) | undefined;
}

export interface BackedUp {
  slug: string;
  file: string;
  bytes: number;
}

/** Names each organization once. */
export interface BackupAllReport {
  /** What the run is called: with it, an interrupted one goes on. */
  run: string;
  done: BackedUp[];
  failed: { slug: string; error: unknown }[];
  /** Slugs of those that an earlier part of the run has archived. */
  earlier: string[];
  /** Slugs of those that were deleted meanwhile. */
  gone: string[];
  /** How many old archives were deleted. */
  deleted: number;
  interrupted: boolean;
  /** Why the run stopped, when nobody stopped it: the catalog did not come back. */
  stoppedBy?: unknown;
}

/**
 * Backs up every organization, several at once, each from where it is then. One that fails is reported and stops none
 * of the others; its older archives stay. A run that was interrupted goes on under its name: what it has done is not
 * done again.
 */
export async function backupAll(fleet: Fleet, options: BackupAllOptions): Promise<BackupAllReport> {
  const { folder, parallel = 2, run = stampOf(new Date()) } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = new Set((await readdir(folder)).flatMap((file) => madeBy(run, file)));
  await using admins = allAdminsOf(fleet);
  let deleted = 0;
  const visit = async (place: ServedPlace) => {
    const { id, slug } = place.organization;
    if (made.has(id)) return { slug };
    const archived = await archive(fleet, admins, place, { ...options, run });
    deleted += archived.deleted;
    return { slug, archived };
  };
  const { done, failed, gone, ...ended } = await forEachTenant(fleet, admins, visit, { ...options, parallel });
  return {
    run,
    done: done.flatMap(({ slug, archived }) =>
      archived ? [{ slug, file: archived.file, bytes: archived.bytes }] : [],
    ),
    failed: failed.map(({ organization: { slug }, error }) => ({ slug, error })),
    earlier: done.flatMap(({ slug, archived }) => (archived ? [] : [slug])),
    gone: gone.map(({ slug }) => slug),
    deleted,
    ...ended,
  };
}

/** Makes one archive, and then deletes those that it makes superfluous. */
async function archive(
  fleet: Fleet,
  admins: FleetAdmins,
  { databaseId, schemaName, organization: { id } }: ServedPlace,
  { folder, key, run, signal, keepDays }: BackupAllOptions & { run: string },
): Promise<Omit<BackedUp, 'slug'> & { deleted: number }> {
  // What an attempt before an outage made may be older than the outage
  for (const file of (await readdir(folder)).filter((each) => madeBy(run, each).includes(id))) {
    await rm(path.join(folder, file));
  }
  const { file, size } = await backupTenant(
    fleet,
    admins,
    { id, databaseId, schemaName },
    { folder, key, signal, stamp: run },
  );
  const old = keepDays === undefined ? [] : await deleteOld(file, { keepDays });
  return { file, bytes: size, deleted: old.length };
}

/** The organization whose archive of this run a file is. */
function madeBy(run: string, file: string): string[] {
  const name = readArchiveName(file);
  return name?.stamp === run ? [name.subject.split('.').at(-1)!] : [];
}
