import { listNames } from '../../storage/storage.ts';
import { allAdminsOf, type Fleet, type FleetAdmins } from '../fleet.ts';
import { forEachTenant, type ServedPlace } from '../for-each-tenant.ts';
import type { PatienceOptions } from '../patience.ts';
import { idOfSubject, readArchiveName, stampOf, tenantSubject } from './archive-names.ts';
import { type BackupOptions, backupTenant } from './backup-tenant.ts';
import { deleteOld, discardAbandoned, type Retention } from './retention.ts';

/** Archives that retention does not keep are deleted once there is a new one of the same organization. */
export interface BackupAllOptions
  extends Pick<BackupOptions, 'storage' | 'key' | 'signal'>,
    Retention,
    PatienceOptions {
  /** How many at once. */
  parallel?: number | undefined;
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
  const { storage, parallel = 2, run = stampOf(new Date()) } = options;
  await discardAbandoned(storage);
  const names = await listNames(storage);
  const made = new Set(names.flatMap((name) => madeBy(run, name)));
  await using admins = allAdminsOf(fleet);
  let deleted = 0;
  const visit = async (place: ServedPlace) => {
    const { id, slug } = place.organization;
    if (made.has(id)) return { slug };
    const archived = await archive(fleet, admins, place, { ...options, run, names });
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
  { databaseId, schemaName, organization: { id, slug } }: ServedPlace,
  { storage, key, run, signal, keepDays, keepCount, names }: BackupAllOptions & { run: string; names: string[] },
): Promise<Omit<BackedUp, 'slug'> & { deleted: number }> {
  // What an attempt before an outage made may be older than the outage
  for (const name of await listNames(storage, `${tenantSubject({ slug, id })}.${run}.`)) await storage.delete(name);
  const made = await backupTenant(fleet, admins, { id, databaseId, schemaName }, { storage, key, signal, stamp: run });
  const old = await deleteOld(made, { keepDays, keepCount, names });
  return { file: made.file, bytes: made.size, deleted: old.length };
}

/** The organization whose archive of this run an object is. */
function madeBy(run: string, name: string): string[] {
  const known = readArchiveName(name);
  return known?.stamp === run ? [idOfSubject(known.subject)] : [];
}
