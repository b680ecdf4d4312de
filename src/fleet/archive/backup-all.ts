import { listNames } from '../../storage/storage.ts';
import { allAdminsOf, type Fleet, type FleetAdmins } from '../fleet.ts';
import { forEachTenant, type ServedPlace } from '../for-each-tenant.ts';
import type { PatienceOptions } from '../patience.ts';
import { idOfSubject, indexName, readArchiveName, stampOf, tenantSubject } from './archive-names.ts';
import { type BackupOptions, backupTenant } from './backup-tenant.ts';
import { findBase, writeIndex } from './base-archive.ts';
import { deleteOld, discardAbandoned, type Retention } from './retention.ts';

/** After each new archive, the older ones of the same organization that retention does not keep are deleted. */
export interface BackupAllOptions
  extends Pick<BackupOptions, 'storage' | 'key' | 'signal'>,
    Retention,
    PatienceOptions {
  /** How many organizations to archive at once. */
  parallel?: number | undefined;
  /** The run to resume; by default a new one. */
  run?: string | undefined;
  /**
   * Makes incremental archives until the last full one is so old; milliseconds. Undefined: every archive is full. The
   * caller holds the lock `backups`, so that no full archive is deleted while another process refers to it.
   */
  fullEveryMs?: number | undefined;
  /** How long to wait at the end for organizations that are being moved; milliseconds. */
  busyWaitMs?: number | undefined;
  /** Called with the number of organizations visited so far. */
  onProgress?: ((visited: number) => void) | undefined;
}

export interface BackedUp {
  slug: string;
  file: string;
  bytes: number;
}

/** Each organization is in one of the lists. */
export interface BackupAllReport {
  /** The name of the run, by which it can be resumed. */
  run: string;
  done: BackedUp[];
  failed: { slug: string; error: unknown }[];
  /** Slugs of organizations that this run had archived before it was resumed. */
  earlier: string[];
  /** Slugs of organizations that were deleted meanwhile. */
  gone: string[];
  /** How many old archives were deleted. */
  deleted: number;
  interrupted: boolean;
  /** Why the run stopped by itself, such as a primary database that did not come back. */
  stoppedBy?: unknown;
}

/**
 * Archives every organization, several at once, each from the place that serves it at that moment. A failure is
 * reported and does not stop the others; older archives of that organization stay. Given the name of an interrupted
 * run, archives only the organizations that the run has not archived yet.
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

/** Makes one archive, then deletes the older ones that retention does not keep. */
async function archive(
  fleet: Fleet,
  admins: FleetAdmins,
  { databaseId, schemaName, organization: { id, slug } }: ServedPlace,
  options: BackupAllOptions & { run: string; names: string[] },
): Promise<Omit<BackedUp, 'slug'> & { deleted: number }> {
  const { storage, key, run, signal, fullEveryMs, keepDays, keepCount, names } = options;
  const { seal } = fleet.databases;
  // An attempt that was repeated after an outage may have left an archive without the latest data
  for (const name of await listNames(storage, `${tenantSubject({ slug, id })}.${run}.`)) await storage.delete(name);
  const base =
    fullEveryMs === undefined
      ? undefined
      : await findBase(seal, { storage, names, organizationId: id, stamp: run, key, maxAgeMs: fullEveryMs });
  const place = { id, databaseId, schemaName };
  const made = await backupTenant(fleet, admins, place, { storage, key, signal, stamp: run, base });
  const isBase = fullEveryMs !== undefined && !base;
  if (isBase) await writeIndex(seal, made, key);
  const listed = isBase ? [...names, indexName(made.place.name)] : names;
  const old = await deleteOld(made, { keepDays, keepCount, names: listed });
  return { file: made.file, bytes: made.size, deleted: old.length };
}

/** The id of the organization if the object is its archive from this run; otherwise empty. */
function madeBy(run: string, name: string): string[] {
  const known = readArchiveName(name);
  return known?.stamp === run ? [idOfSubject(known.subject)] : [];
}
