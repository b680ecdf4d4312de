import type { Storage } from '../../storage/storage.ts';
import { catalogSubject, idOfSubject, readArchiveName, timeOf } from '../archive/archive-names.ts';

/** The newest archive of an organization at a target. */
export interface NewestArchive {
  organizationId: string;
  /** As it was when the archive was made. */
  slug: string;
  name: string;
  bytes: number;
  /** When the run that made it was due. */
  at: Date;
}

export interface ArchiveListing {
  newest: NewestArchive[];
  /** When the newest archive of the catalog was made; null without one. */
  catalogAt: Date | null;
  /** How many archives there are, of all ages. */
  archives: number;
  bytes: number;
}

/** Lists the archives of a storage: the newest of each organization. */
export async function newestArchives(storage: Storage): Promise<ArchiveListing> {
  const newest = new Map<string, NewestArchive>();
  const listing = { catalogAt: null as Date | null, archives: 0, bytes: 0 };
  for await (const { name, bytes } of storage.list('')) {
    const known = readArchiveName(name);
    if (!known) continue;
    listing.archives++;
    listing.bytes += bytes;
    const at = timeOf(known.stamp);
    if (known.subject === catalogSubject) {
      if (listing.catalogAt === null || at > listing.catalogAt) listing.catalogAt = at;
      continue;
    }
    const organizationId = idOfSubject(known.subject);
    const before = newest.get(organizationId);
    if (before && before.at >= at) continue;
    newest.set(organizationId, { organizationId, slug: known.subject.split('.')[0]!, name, bytes, at });
  }
  return { ...listing, newest: [...newest.values()] };
}
