import { and, inArray, isNull, lte, or } from 'drizzle-orm';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { CatalogDb } from '../../tenancy/catalog.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import type { Fleet } from '../fleet.ts';
import { requireReadable } from '../move/require-readable.ts';
import { dropSchema } from '../schemas/drop-schema.ts';
import { purgeOrganization } from './purge-organization.ts';

export interface DropDueOptions {
  clock?: Clock;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: { what: string; error?: unknown }) => void) | undefined;
}

export interface DropDueReport {
  /** Slugs of the organizations that were dropped. */
  organizations: string[];
  /** Schemas of failed provisions, of retained copies, of trials. */
  schemas: string[];
  failed: { what: string; error: unknown }[];
}

/**
 * Drops organizations whose grace period is over, and expired schemas that no organization uses. One that fails, or is
 * locked by another operation, does not stop the others.
 */
export async function dropDue(fleet: Fleet, options: DropDueOptions = {}): Promise<DropDueReport> {
  const { clock = systemClock, signal, onProgress } = options;
  const report: DropDueReport = { organizations: [], schemas: [], failed: [] };
  const attempt = async (what: string, done: string[], work: () => Promise<unknown>) => {
    if (signal?.aborted) return;
    try {
      await work();
      done.push(what);
      onProgress?.({ what });
    } catch (error) {
      if (isAtIt(error)) return;
      report.failed.push({ what, error });
      onProgress?.({ what, error });
    }
  };
  const by = { actor: { kind: 'SYSTEM' } } as const;
  for (const { id, slug } of await fleet.catalog.read((db) => dueOrganizations(db, clock()))) {
    await attempt(slug, report.organizations, () => purgeOrganization(fleet, id, { by, clock, signal }));
  }
  for (const place of await fleet.catalog.read((db) => dueSchemas(db, clock()))) {
    await attempt(place.schemaName, report.schemas, async () => {
      const { state, organizationId } = place;
      if (state === 'RETAINED' && organizationId !== null) await requireReadable(fleet, organizationId);
      await dropSchema(fleet, place, { signal });
    });
  }
  return report;
}

const dueOrganizations = (db: CatalogDb, now: Date) =>
  db.query.organizations.findMany({
    columns: { id: true, slug: true },
    where: { status: 'DELETING', deleteAfter: { lte: now } },
    orderBy: { deleteAfter: 'asc' },
  });

/** Schemas of a deleted organization are not included: they are dropped and counted with it. */
const dueSchemas = (db: CatalogDb, now: Date) =>
  db
    .select()
    .from(tenantSchemas)
    .where(
      and(
        inArray(tenantSchemas.state, ['DROPPING', 'RETAINED', 'SCRATCH', 'INCOMING']),
        or(
          lte(tenantSchemas.dropAfter, now),
          and(inArray(tenantSchemas.state, ['DROPPING']), isNull(tenantSchemas.dropAfter)),
        ),
      ),
    );

/** It is being dropped by another process, or its deletion has just been undone. */
const isAtIt = (error: unknown): boolean => error instanceof AppError && error.code === 'INVALID_STATE';
