import { and, asc, eq, gt, inArray, or } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import { organizations, tenantSchemas } from '../tenancy/tables.ts';

/** A schema made for a tenant: a served one, or a spare that waits for its organization. */
export interface TenantPlace {
  schemaName: string;
  roleName: string;
  databaseId: string;
  organization: { id: string; slug: string; modules: readonly string[] } | null;
  quarantined: boolean;
}

export interface ForEachOptions {
  /** Schema name to go on after, as `resumeAfter` of an interrupted run gave it. */
  after?: string | undefined;
  /** How many at once. */
  parallel?: number | undefined;
  /** Also schemas that wait for an organization. */
  spares?: boolean | undefined;
  /** Slug or schema name: this one alone. */
  only?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: ForEachProgress) => void) | undefined;
}

export interface ForEachProgress {
  place: TenantPlace;
  error: unknown;
  done: number;
}

export interface ForEachReport {
  done: number;
  failed: { place: TenantPlace; error: unknown }[];
  /** Set when the run was stopped: everything up to here is done or reported. */
  resumeAfter: string | undefined;
}

const pageSize = 200;

/**
 * Does something for every tenant, in the order of schema names, a bounded number at once and in memory. One that fails
 * is reported and stops nothing; the signal stops the run between tenants, and `after` resumes it.
 */
export async function forEachTenant(
  catalog: Catalog,
  work: (place: TenantPlace) => Promise<void>,
  options: ForEachOptions = {},
): Promise<ForEachReport> {
  const report: ForEachReport = { done: 0, failed: [], resumeAfter: undefined };
  let after = options.after ?? '';
  for (;;) {
    const page = await listPlaces(catalog, { ...options, after });
    const finished = await eachOf(page, work, options, report);
    after = page[finished - 1]?.schemaName ?? after;
    if (finished < page.length) return { ...report, resumeAfter: after };
    if (page.length < pageSize) return report;
  }
}

/** One page of the schemas of tenants that are in use (and spares when asked for), by name. */
export function listPlaces(
  catalog: Catalog,
  { after = '', spares = false, only }: Pick<ForEachOptions, 'after' | 'spares' | 'only'> = {},
): Promise<TenantPlace[]> {
  return catalog.read(async (db) => {
    const rows = await db
      .select({
        schemaName: tenantSchemas.schemaName,
        roleName: tenantSchemas.roleName,
        databaseId: tenantSchemas.databaseId,
        quarantinedAt: tenantSchemas.quarantinedAt,
        organization: { id: organizations.id, slug: organizations.slug, modules: organizations.modules },
      })
      .from(tenantSchemas)
      .leftJoin(organizations, eq(organizations.id, tenantSchemas.organizationId))
      .where(
        and(
          gt(tenantSchemas.schemaName, after),
          inArray(tenantSchemas.state, spares ? ['ACTIVE', 'SPARE'] : ['ACTIVE']),
          only === undefined ? undefined : or(eq(tenantSchemas.schemaName, only), eq(organizations.slug, only)),
        ),
      )
      .orderBy(asc(tenantSchemas.schemaName))
      .limit(pageSize);
    return rows.map(({ quarantinedAt, ...place }) => ({ ...place, quarantined: quarantinedAt !== null }));
  });
}

/** Gives how many of the page were begun; all of those have ended. */
async function eachOf(
  page: readonly TenantPlace[],
  work: (place: TenantPlace) => Promise<void>,
  { parallel = 4, signal, onProgress }: ForEachOptions,
  report: ForEachReport,
): Promise<number> {
  let next = 0;
  const worker = async () => {
    while (next < page.length && !signal?.aborted) {
      const place = page[next++]!;
      const error = await outcomeOf(() => work(place));
      report.done++;
      if (error !== undefined) report.failed.push({ place, error });
      onProgress?.({ place, error, done: report.done });
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, page.length) }, worker));
  return next;
}

async function outcomeOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error ?? new AppError('INTERNAL', 'Failed without an error');
  }
}
