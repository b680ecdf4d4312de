import { later } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { addressOf, listNames, type ObjectPlace, type Storage } from '../../storage/storage.ts';
import { indexName, isSameSubject, readArchiveName, timeOf } from './archive-names.ts';

/** An older archive is kept if it is younger than `keepDays`, or among the newest `keepCount`. */
export interface Retention {
  keepDays?: number | undefined;
  keepCount?: number | undefined;
}

/** An archive that was just made. */
export interface Made {
  place: ObjectPlace;
  checksum: string;
}

interface DeleteOptions extends Retention {
  /** The names in the storage, if they were listed before; the archive itself may be missing among them. */
  names?: readonly string[] | undefined;
  now?: Date | undefined;
}

const dayMs = 24 * 60 * 60_000;
/** More than `BACKUP_FULL_EVERY` may be. */
const mostBaseAgeMs = 100 * dayMs;

/**
 * After an archive was made, deletes the older archives of its subject that retention does not keep. Never deletes the
 * new archive. Returns the deleted names. Throws UNAVAILABLE, and deletes nothing, unless the storage reports the
 * checksum of the new archive.
 */
export async function deleteOld({ place, checksum }: Made, options: DeleteOptions): Promise<string[]> {
  const { storage, name } = place;
  const { now = new Date() } = options;
  const names = options.names ?? (await listNames(storage));
  const old = superfluous(name, names, { ...options, now });
  if (old.length > 0) await requireStored(place, checksum);
  for (const each of old) await storage.delete(each);
  return old.filter((each) => readArchiveName(each) !== undefined);
}

/** Deletes unfinished objects of backups that died more than a day ago. */
export const discardAbandoned = (storage: Storage, now = new Date()): Promise<number> =>
  storage.discardUnfinished(later(now, -dayMs));

/**
 * The archives of the same subject that are older than the new one, and that retention does not keep, with their
 * indexes. Incremental archives come before their bases. A base is kept as long as an archive that is kept needs it.
 */
function superfluous(
  made: string,
  names: readonly string[],
  { keepDays, keepCount, now }: Retention & { now: Date },
): string[] {
  if (keepDays === undefined && keepCount === undefined) return [];
  const { subject, stamp } = readArchiveName(made)!;
  const listed = new Set([...names, made]);
  const archives = [...listed]
    .flatMap((name) => {
      const known = readArchiveName(name);
      return known && isSameSubject(known.subject, subject) ? [{ name, ...known, at: timeOf(known.stamp) }] : [];
    })
    .toSorted((a, b) => b.at.getTime() - a.at.getTime());
  const older = archives.filter((each) => each.stamp < stamp);
  const isOld = (at: Date) => keepDays === undefined || at < later(now, -keepDays * dayMs);
  // The new archive counts as the first
  const isBeyond = (position: number) => keepCount === undefined || position + 1 >= keepCount;
  const unwanted = new Set(older.filter(({ at }, position) => isOld(at) && isBeyond(position)));
  const needed = new Set(archives.filter((each) => !unwanted.has(each)).map(({ base }) => base));
  // A backup that is being made may refer to it
  const newestBase = archives.find(({ name, at }) => listed.has(indexName(name)) && at > later(now, -mostBaseAgeMs));
  return [...unwanted]
    .filter((each) => !needed.has(each.stamp) && each !== newestBase)
    .flatMap(({ name }) => [...(listed.has(indexName(name)) ? [indexName(name)] : []), name]);
}

async function requireStored(place: ObjectPlace, checksum: string): Promise<void> {
  const stored = await place.storage.head(place.name);
  if (stored?.checksum === checksum) return;
  throw new AppError(
    'UNAVAILABLE',
    `${addressOf(place)} does not have the checksum of what was written, so no older archive was deleted`,
  );
}
