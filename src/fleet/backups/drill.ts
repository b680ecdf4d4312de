import { and, eq, inArray, max } from 'drizzle-orm';
import type { Storage } from '../../storage/storage.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { auditLogs } from '../../tenancy/tables.ts';
import type { OpeningKey } from '../archive/archive-key.ts';
import { openArchive } from '../archive/open-archive.ts';
import { verifyArchive } from '../archive/verify-archive.ts';
import { allAdminsOf, type Fleet } from '../fleet.ts';
import { type NewestArchive, newestArchives } from './newest-archives.ts';

export interface DrillOptions {
  storage: Storage;
  key?: OpeningKey | undefined;
  /** The share of the organizations whose newest archive is verified, rounded up. */
  share: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface DrillReport {
  /** How many organizations have an archive. */
  organizations: number;
  verified: { slug: string; file: string; rows: number }[];
  failed: { slug: string; file: string; error: unknown }[];
  interrupted: boolean;
}

/**
 * Proves for a sample of the organizations that their newest archive can be restored: each is restored into a scratch
 * schema and compared. Begins with the organizations that were verified longest ago, so that drills reach all of them.
 * Damaged archives are reported and do not stop the drill.
 */
export async function drill(fleet: Fleet, options: DrillOptions): Promise<DrillReport> {
  const { storage, key, share, signal, onProgress } = options;
  const { newest } = await newestArchives(storage);
  const sample = await choose(fleet.catalog, newest, Math.ceil(newest.length * share));
  const report: DrillReport = { organizations: newest.length, verified: [], failed: [], interrupted: false };
  await using admins = allAdminsOf(fleet);
  for (const [done, { slug, name }] of sample.entries()) {
    if (signal?.aborted) return { ...report, interrupted: true };
    const file = storage.addressOf(name);
    try {
      const archive = await openArchive({ storage, name }, key);
      const { rows } = await verifyArchive(fleet, admins, archive, { signal });
      report.verified.push({ slug, file, rows });
    } catch (error) {
      if (signal?.aborted) return { ...report, interrupted: true };
      report.failed.push({ slug, file, error });
    }
    onProgress?.(done + 1, sample.length);
  }
  return report;
}

/** Why a drill failed, on one line; null if it found no damaged archive. */
export function drillFailure({ failed }: DrillReport): string | null {
  const [first] = failed;
  if (!first) return null;
  const reason = first.error instanceof Error ? first.error.message : String(first.error);
  return `${failed.length} archives cannot be restored, such as ${first.file}: ${reason}`;
}

/** The archives of the organizations that were verified longest ago; ties are in random order. */
async function choose(catalog: Catalog, newest: readonly NewestArchive[], count: number): Promise<NewestArchive[]> {
  const verifiedAt = await verifiedTimes(
    catalog,
    newest.map(({ organizationId }) => organizationId),
  );
  return newest
    .map((archive) => ({ archive, at: verifiedAt.get(archive.organizationId) ?? 0, lot: Math.random() }))
    .toSorted((a, b) => a.at - b.at || a.lot - b.lot)
    .slice(0, count)
    .map(({ archive }) => archive);
}

async function verifiedTimes(catalog: Catalog, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await catalog.read((db) =>
    db
      .select({ id: auditLogs.organizationId, at: max(auditLogs.at) })
      .from(auditLogs)
      .where(and(eq(auditLogs.action, 'archive.verified'), inArray(auditLogs.organizationId, [...ids])))
      .groupBy(auditLogs.organizationId),
  );
  return new Map(rows.flatMap(({ id, at }) => (id && at ? [[id, at.getTime()]] : [])));
}
