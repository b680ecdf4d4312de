import { asc, ne } from 'drizzle-orm';
import { organizations } from '../../tenancy/tables.ts';
import type { Fleet } from '../fleet.ts';
import { type LastRun, lastRuns } from './backup-journal.ts';
import { type BackupSettings, openTarget } from './backup-settings.ts';
import { type ArchiveListing, newestArchives } from './newest-archives.ts';

/** The state of the backups at one target. */
export interface TargetStatus {
  target: string;
  /** Why the target cannot be used; null when it can. */
  error: string | null;
  archives: number;
  bytes: number;
  catalogAt: Date | null;
  /** The existing organization whose newest archive is the oldest; null if none has an archive. */
  oldest: { slug: string; at: Date } | null;
  /** Slugs of organizations without an archive. */
  missing: string[];
  lastRun: LastRun | null;
  lastDrill: LastRun | null;
}

/** Reports the state of every target, including those that cannot be used. */
export async function backupStatus(fleet: Fleet, settings: BackupSettings): Promise<TargetStatus[]> {
  const { catalog } = fleet;
  const all = await catalog.read((db) =>
    db
      .select({ id: organizations.id, slug: organizations.slug })
      .from(organizations)
      .where(ne(organizations.status, 'PROVISIONING'))
      .orderBy(asc(organizations.slug)),
  );
  const runs = await lastRuns(catalog, 'backup.run', settings.targets);
  const drills = await lastRuns(catalog, 'backup.drill', settings.targets);
  const statuses: TargetStatus[] = [];
  for (const target of settings.targets) {
    const { listing, error } = await look(settings, target);
    const at = new Map(listing.newest.map((each) => [each.organizationId, each.at]));
    const held = all.flatMap(({ id, slug }) => (at.has(id) ? [{ slug, at: at.get(id)! }] : []));
    statuses.push({
      ...{ target, error, archives: listing.archives, bytes: listing.bytes, catalogAt: listing.catalogAt },
      oldest: held.toSorted((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null,
      missing: all.filter(({ id }) => !at.has(id)).map(({ slug }) => slug),
      lastRun: runs.get(target) ?? null,
      lastDrill: drills.get(target) ?? null,
    });
  }
  return statuses;
}

const nothing: ArchiveListing = { newest: [], catalogAt: null, archives: 0, bytes: 0 };

async function look(
  settings: BackupSettings,
  target: string,
): Promise<{ listing: ArchiveListing; error: string | null }> {
  try {
    using storage = await openTarget(settings, target);
    return { listing: await newestArchives(storage), error: null };
  } catch (error) {
    return { listing: nothing, error: error instanceof Error ? error.message : String(error) };
  }
}
