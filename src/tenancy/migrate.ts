import type { Ledger } from '../db/migration-ledger.ts';
import { applyMigrations, type MigrateOptions } from '../db/migrator.ts';
import { AppError } from '../lib/errors.ts';
import type { Admins } from './admins.ts';
import type { Catalog } from './catalog.ts';
import { adminsOf, type Fleet } from './fleet.ts';
import { type ForEachOptions, forEachTenant, listPlaces, type TenantPlace } from './for-each-tenant.ts';
import { notifyOrganizationChanged } from './invalidation.ts';
import { migrateDatabase, pendingOf, readLedger } from './migrate-database.ts';
import { tenantSchemas } from './tables.ts';
import { tenantTarget } from './targets.ts';
import { isSchema } from './tenant.ts';

export interface FleetOptions extends MigrateOptions, Pick<ForEachOptions, 'after' | 'only' | 'parallel' | 'signal'> {
  /** Slug or schema name of a tenant to try first: when it fails, no other is touched. */
  canary?: string | undefined;
  /** Finds what would be done, and does nothing. */
  dryRun?: boolean | undefined;
  /** Called after each schema that needed something. */
  onProgress?: ((result: SchemaResult) => void) | undefined;
}

export interface SchemaResult {
  schemaName: string;
  slug: string | undefined;
  /** Applied, or to be applied in a dry run: `line/name`. */
  migrations: string[];
  error?: unknown;
}

export interface FleetReport {
  /** Migrations of the database and the catalog, which come before any tenant's. */
  shared: string[];
  migrated: SchemaResult[];
  failed: SchemaResult[];
  /** How many schemas needed nothing. */
  current: number;
  /** Set when the signal stopped the run: pass it as `after` to go on. Starting over is as right, it only asks more. */
  resumeAfter: string | undefined;
}

/**
 * Brings every schema up to this build: what is shared first, then the tenants, several at once. A tenant whose
 * migration fails is quarantined and reported while the others go on. What is done stays done: running it again
 * resumes, and lets a quarantined tenant out once its migration succeeds. Throws TENANT_NOT_FOUND for an `only` or a
 * `canary` that there is not.
 */
export async function migrateFleet(fleet: Fleet, options: FleetOptions = {}): Promise<FleetReport> {
  const { installation, catalog, lines } = fleet;
  const report: FleetReport = { shared: [], migrated: [], failed: [], current: 0, resumeAfter: undefined };
  await using admins = adminsOf(fleet);
  const shared = await admins.use((admin) => migrateDatabase(admin, installation, lines, options));
  report.shared = shared.map(nameOf);
  const ledger = await admins.use((admin) => readLedger(admin, installation));
  // A dry run of an installation that was never migrated: there are no tenants, nor a table to find them in
  if (!ledger.has('catalog')) return report;
  await requirePlaces(catalog, options);
  const context = { fleet, admins, options, ledger };
  const seen = new Set<string>();
  const visit = async (place: TenantPlace) => {
    if (seen.has(place.schemaName)) return;
    seen.add(place.schemaName);
    note(report, await migratePlace(context, place), options);
  };
  if (options.canary !== undefined) {
    await forEachTenant(catalog, visit, { only: options.canary, spares: true });
    if (report.failed.length > 0) return report;
  }
  const { resumeAfter } = await forEachTenant(catalog, visit, { ...pick(options), spares: true });
  return { ...report, resumeAfter };
}

/** A canary that is misspelt must not let everybody else go first. */
async function requirePlaces(catalog: Catalog, { only, canary }: FleetOptions): Promise<void> {
  for (const name of [only, canary]) {
    if (name === undefined || (await listPlaces(catalog, { only: name, spares: true })).length > 0) continue;
    throw new AppError('TENANT_NOT_FOUND', `There is no organization or schema ${name}`);
  }
}

interface Context {
  fleet: Fleet;
  admins: Admins;
  options: FleetOptions;
  ledger: Ledger;
}

/** Never throws for what is wrong with this one schema; gives the result with the error in it. */
async function migratePlace(context: Context, place: TenantPlace): Promise<SchemaResult> {
  const { fleet, ledger, options } = context;
  const { lines } = fleet;
  const result: SchemaResult = { schemaName: place.schemaName, slug: place.organization?.slug, migrations: [] };
  try {
    const wanted = lines.ofTenant(place.organization?.modules);
    const pending = pendingOf(ledger, place.schemaName, wanted, lines.everything());
    result.migrations = pending.map(nameOf);
    if (options.dryRun) return result;
    const target = tenantTarget(fleet.installation.roles, place);
    await context.admins.use((admin) => applyMigrations(admin, target, pending, options));
    if (place.quarantined) await quarantine(fleet.catalog, place, null);
    return result;
  } catch (error) {
    if (isBroken(error)) await quarantine(fleet.catalog, place, error.message);
    return { ...result, error };
  }
}

/** Keeps a tenant from being served, with the reason, or lets it be served again. */
async function quarantine(catalog: Catalog, place: TenantPlace, reason: string | null): Promise<void> {
  await catalog.write(async (tx) => {
    await tx
      .update(tenantSchemas)
      .set({ quarantinedAt: reason === null ? null : new Date(), quarantineReason: reason })
      .where(isSchema(place.databaseId, place.schemaName));
    if (place.organization) await notifyOrganizationChanged(tx, place.organization.id);
  });
}

function note(report: FleetReport, result: SchemaResult, { onProgress }: FleetOptions): void {
  if (result.error === undefined && result.migrations.length === 0) {
    report.current++;
    return;
  }
  (result.error === undefined ? report.migrated : report.failed).push(result);
  onProgress?.(result);
}

/** A lost connection or a lock held for long says nothing about the tenant: it is reported, and served as before. */
const isBroken = (error: unknown): error is AppError => error instanceof AppError && error.code === 'MIGRATION_FAILED';

const pick = ({ after, only, parallel, signal }: FleetOptions): ForEachOptions => ({ after, only, parallel, signal });

const nameOf = ({ line, name }: { line: string; name: string }): string => `${line}/${name}`;
