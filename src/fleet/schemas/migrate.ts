import type { Migration } from '../../db/migration-files.ts';
import { type Ledger, type SchemaState, schemaMismatch } from '../../db/migration-ledger.ts';
import { applyMigrations, type MigrateOptions } from '../../db/migrator.ts';
import { AppError } from '../../lib/errors.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import { allAdminsOf, type Fleet, type FleetAdmins } from '../fleet.ts';
import { isOutage, PrimaryAway, patiently } from '../patience.ts';
import { byDatabase, type DatabaseAway, readLedgers, type SurveyedPlace, standOf, surveyPlaces } from '../survey.ts';
import { HeldContractions, type HeldReport } from './held-contractions.ts';
import { migrateAtRest } from './migrate-at-rest.ts';
import { type MigrateDatabaseOptions, migrateDatabase, readLedger } from './migrate-database.ts';
import { tenantTarget } from './targets.ts';

export interface FleetOptions extends MigrateOptions {
  /** Slug or schema name: this one alone. */
  only?: string | undefined;
  /** Slugs or schema names of those to try first, one after the other: when one of them fails, no other is touched. */
  canaries?: readonly string[] | undefined;
  /** How many at once in each database. */
  parallel?: number | undefined;
  /** Finds what would be done, and does nothing. */
  dryRun?: boolean | undefined;
  /** How long the run waits for a move that somebody is at; milliseconds. */
  moveWaitMs?: number | undefined;
  /** How long it waits for the primary database to come back; milliseconds. */
  outageMs?: number | undefined;
  /** Stops the run between tenants. */
  signal?: AbortSignal | undefined;
  /** Called after each schema that needed something. */
  onProgress?: ((result: SchemaResult, progress: FleetProgress) => void) | undefined;
}

export interface FleetProgress {
  done: number;
  /** How many schemas need something. */
  total: number;
}

export interface SchemaResult {
  schemaName: string;
  slug: string | undefined;
  /** The name of the database. */
  database: string;
  /** Applied, or to be applied in a dry run: `line/name`. */
  migrations: string[];
  /** How long it took, waiting for locks included. */
  ms: number;
  error?: unknown;
}

export interface FleetReport {
  /** Migrations of the databases and the catalog, which come before any tenant's. */
  shared: string[];
  migrated: SchemaResult[];
  failed: SchemaResult[];
  /** How many schemas needed nothing. */
  current: number;
  /** How many were not begun: because the signal stopped the run, or a canary failed. */
  left: number;
  /** Databases that could not be asked: what is there was left as it is. */
  away: DatabaseAway[];
  /** Contractions that wait for the end of servers of an older build. */
  held: HeldReport;
  /** Why the run stopped before its end, such as a primary database that did not come back. */
  stoppedBy?: unknown;
}

/**
 * Brings every schema up to this build, in all databases: what is shared first, then the canaries, then all, several at
 * once. A tenant whose migration fails is quarantined and reported while the others go on; so is a database that does
 * not answer. One whose move was left unfinished is migrated where it is; one that is being moved comes last, and is
 * reported when its move does not end. What is done stays done: running it again resumes, and lets a quarantined tenant
 * out once its migration succeeds. Throws TENANT_NOT_FOUND for an `only` or a canary that there is not.
 */
export async function migrateFleet(fleet: Fleet, options: FleetOptions = {}): Promise<FleetReport> {
  await using admins = allAdminsOf(fleet);
  const held = await HeldContractions.find(admins);
  const report = await migrateAll(fleet, admins, options, held);
  return { ...report, held: held.report };
}

type Report = Omit<FleetReport, 'held'>;

async function migrateAll(
  fleet: Fleet,
  admins: FleetAdmins,
  options: FleetOptions,
  held: HeldContractions,
): Promise<Report> {
  const report: Report = { shared: [], migrated: [], failed: [], current: 0, left: 0, away: [] };
  const shared = { ...options, applicable: (pending: readonly Migration[]) => held.applicable(pending) };
  await migratePrimary(fleet, admins, shared, report);
  // A dry run of an installation that was never migrated: there are no tenants, nor a table to find them in
  if (!(await hasCatalog(admins))) return report;
  const { only, canaries = [], outageMs } = options;
  const places = await patiently(
    fleet,
    () => surveyPlaces(fleet.catalog, only === undefined ? undefined : [only, ...canaries]),
    { outageMs },
  );
  requirePlaces(places, only === undefined ? canaries : [only, ...canaries]);
  await migrateFurther(fleet, admins, places, shared, report);
  const context = { fleet, admins, options, report, held, away: new Set<string>() };
  try {
    await visit(context, places, canaries);
    if (!options.dryRun && report.left === 0) await visitNew(context, places, only);
    if (!options.dryRun) await patiently(fleet, () => noteRun(fleet.catalog, report), { outageMs });
  } catch (error) {
    report.stoppedBy = error;
  }
  return report;
}

async function visit(
  context: Context,
  places: readonly SurveyedPlace[],
  canaries: readonly string[] = [],
): Promise<void> {
  const { admins, report } = context;
  const reached = places.filter(({ databaseId }) => !report.away.some((away) => away.databaseId === databaseId));
  const { ledgers, away } = await readLedgers(admins, reached);
  report.away.push(...away);
  await new Run(context, reached, ledgers).all(canaries);
}

/** Places that tenants came to during the run: by a move, or because they were made. */
async function visitNew(context: Context, before: readonly SurveyedPlace[], only: string | undefined): Promise<void> {
  const known = new Set(before.map(keyOf));
  const { fleet, options } = context;
  const survey = () => surveyPlaces(fleet.catalog, only === undefined ? undefined : [only]);
  const now = await patiently(fleet, survey, { outageMs: options.outageMs });
  const more = now.filter((place) => !known.has(keyOf(place)));
  if (more.length > 0) await visit(context, more);
}

const keyOf = ({ databaseId, schemaName }: SurveyedPlace): string => `${databaseId} ${schemaName}`;

/** A line of the audit log, unless nothing was done. */
async function noteRun(catalog: Catalog, { shared, migrated, failed, left, away }: Report): Promise<void> {
  if (shared.length + migrated.length + failed.length === 0) return;
  const counts = { shared: shared.length, migrated: migrated.length, failed: failed.length, left, away: away.length };
  const outcome = failed.length > 0 ? 'FAILURE' : 'SUCCESS';
  await catalog.write((tx) =>
    recordAudit(tx, { actor: { kind: 'SYSTEM' }, action: 'fleet.migrated', outcome, metadata: counts }),
  );
}

async function migratePrimary(
  { lines }: Fleet,
  admins: FleetAdmins,
  options: MigrateDatabaseOptions,
  report: Report,
): Promise<void> {
  const primary = admins.of(primaryDatabaseId);
  const applied = await primary.use((admin, installation) => migrateDatabase(admin, installation, lines, options));
  report.shared.push(...applied.map(migrationName));
}

async function hasCatalog(admins: FleetAdmins): Promise<boolean> {
  const find = admins.of(primaryDatabaseId).use((admin, installation) => readLedger(admin, installation, ['catalog']));
  return (await find).has('catalog');
}

/** What the tenants of each further database share. */
async function migrateFurther(
  { lines }: Fleet,
  admins: FleetAdmins,
  places: readonly SurveyedPlace[],
  options: MigrateDatabaseOptions,
  report: Report,
): Promise<void> {
  const further = [...byDatabase(places)].filter(([id]) => id !== primaryDatabaseId);
  const migrate = async ([databaseId, there]: [string, SurveyedPlace[]]) => {
    const name = there[0]!.databaseName;
    try {
      const work = admins.of(databaseId).use((admin, found) => migrateDatabase(admin, found, lines, options));
      report.shared.push(...(await work).map((migration) => `${name}: ${migrationName(migration)}`));
    } catch (error) {
      report.away.push({ databaseId, name, schemas: there.length, error });
    }
  };
  await Promise.all(further.map(migrate));
}

/** A canary that is misspelt must not let everybody else go first. */
function requirePlaces(places: readonly SurveyedPlace[], names: readonly string[]): void {
  for (const name of names) {
    if (places.some((place) => isCalled(place, name))) continue;
    throw new AppError('TENANT_NOT_FOUND', `There is no organization or schema ${name}`);
  }
}

const isCalled = ({ schemaName, organization }: SurveyedPlace, name: string): boolean =>
  schemaName === name || organization?.slug === name;

interface Context {
  fleet: Fleet;
  admins: FleetAdmins;
  options: FleetOptions;
  report: Report;
  held: HeldContractions;
  /** Databases that were found away during the run. */
  away: Set<string>;
}

type Task = {
  place: SurveyedPlace;
  found: Exclude<SchemaState, { state: 'CURRENT' | 'EXTENDED' }> | { state: 'QUARANTINED' };
};

/** One run over the schemas that need something. */
class Run {
  readonly #context: Context;
  readonly #tasks: readonly Task[];
  #done = 0;

  constructor(context: Context, places: readonly SurveyedPlace[], ledgers: ReadonlyMap<string, Ledger>) {
    const asked = places.filter(({ databaseId }) => ledgers.has(databaseId));
    this.#context = context;
    this.#tasks = asked.flatMap((place): Task[] => {
      const found = this.#applicable(standOf(context.fleet.lines, ledgers.get(place.databaseId)!, place));
      if (found) return [{ place, found }];
      return place.quarantined ? [{ place, found: { state: 'QUARANTINED' } }] : [];
    });
    context.report.current += asked.length - this.#tasks.length;
  }

  /** What can be done now about a schema; undefined for nothing. */
  #applicable(found: SchemaState): Task['found'] | undefined {
    if (found.state === 'CURRENT' || found.state === 'EXTENDED') return undefined;
    if (found.state !== 'BEHIND') return found;
    const pending = this.#context.held.applicable(found.pending);
    return pending.length === 0 ? undefined : { ...found, pending };
  }

  async all(canaries: readonly string[]): Promise<void> {
    const { options, report } = this.#context;
    const first = new Set(canaries.flatMap((name) => this.#tasks.filter(({ place }) => isCalled(place, name))));
    for (const task of first) if (report.failed.length === 0) await this.#visit(task);
    if (first.size === 0 || report.failed.length === 0) {
      const rest = this.#tasks.filter((task) => !first.has(task)).toSorted(movingLast);
      const perDatabase = Map.groupBy(rest, ({ place }) => place.databaseId);
      await Promise.all([...perDatabase.values()].map((tasks) => this.#several(tasks, options.parallel ?? 4)));
    }
    report.left += this.#tasks.length - this.#done;
  }

  async #several(tasks: readonly Task[], parallel: number): Promise<void> {
    const next = tasks.values();
    const worker = async () => {
      for (const task of next) await this.#visit(task);
    };
    await Promise.all(Array.from({ length: Math.min(parallel, tasks.length) }, worker));
  }

  async #visit(task: Task): Promise<void> {
    const { options, report } = this.#context;
    if (options.signal?.aborted) return;
    const result = await migratePlace(this.#context, task);
    this.#done++;
    (result.error === undefined ? report.migrated : report.failed).push(result);
    options.onProgress?.(result, { done: this.#done, total: this.#tasks.length });
  }
}

/** The others need not wait for the end of a move. */
const movingLast = (a: Task, b: Task): number => Number(a.place.isMoving) - Number(b.place.isMoving);

/**
 * Never throws for what is wrong with this one schema; returns the result with the error in it. Throws PrimaryAway, of
 * which every other would fail too.
 */
async function migratePlace({ fleet, admins, options, away }: Context, { place, found }: Task): Promise<SchemaResult> {
  const { schemaName, databaseName: database, organization } = place;
  const result: SchemaResult = { schemaName, slug: organization?.slug, database, migrations: [], ms: 0 };
  const from = performance.now();
  const patience = { signal: options.signal, outageMs: options.outageMs };
  try {
    if (found.state === 'AHEAD' || found.state === 'EDITED') throw schemaMismatch(schemaName, found);
    const pending = found.state === 'BEHIND' ? found.pending : [];
    result.migrations = pending.map(migrationName);
    if (options.dryRun) return result;
    const apply = () =>
      admins.at(place, (admin, { roles }) => applyMigrations(admin, tenantTarget(roles, place), pending, options));
    const migrate = () => (place.isMoving ? migrateAtRest(fleet, place, apply, options) : apply());
    await patiently(fleet, migrate, { ...patience, isHopeless: () => away.has(place.databaseId) });
    if (place.quarantined) await patiently(fleet, () => quarantine(fleet.catalog, place, null), patience);
  } catch (error) {
    result.error = error;
    if (error instanceof PrimaryAway) throw error;
    if (isOutage(error)) away.add(place.databaseId);
    // One that cannot be written down now is reported all the same, and fails again in the next run
    if (isBroken(error) && !options.dryRun) {
      await patiently(fleet, () => quarantine(fleet.catalog, place, error.message), patience).catch(() => {});
    }
  }
  result.ms = Math.round(performance.now() - from);
  return result;
}

/** Keeps a tenant from being served, with the reason, or lets it be served again. */
async function quarantine(catalog: Catalog, place: SurveyedPlace, reason: string | null): Promise<void> {
  await catalog.write(async (tx) => {
    await tx
      .update(tenantSchemas)
      .set({ quarantinedAt: reason === null ? null : new Date(), quarantineReason: reason })
      .where(isSchema(place.databaseId, place.schemaName));
    if (!place.organization) return;
    // Not the reason: it may quote what is in the tenant's rows
    await recordAudit(tx, {
      actor: { kind: 'SYSTEM' },
      action: reason === null ? 'organization.released' : 'organization.quarantined',
      organizationId: place.organization.id,
      metadata: { schema: place.schemaName },
    });
    await notifyOrganizationChanged(tx, place.organization.id);
  });
}

/** A lost connection or a lock held for long says nothing about the tenant: it is reported, and served as before. */
const isBroken = (error: unknown): error is AppError => error instanceof AppError && error.code === 'MIGRATION_FAILED';

const migrationName = ({ line, name }: { line: string; name: string }): string => `${line}/${name}`;
