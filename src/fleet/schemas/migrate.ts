import type { Migration } from '../../db/migration-files.ts';
import { AppError } from '../../lib/errors.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { allAdminsOf, type Fleet, type FleetAdmins } from '../fleet.ts';
import { PrimaryAway, patientSteps } from '../patience.ts';
import { byDatabase, readLedgers, type SurveyedPlace, surveyPlaces } from '../survey.ts';
import { HeldContractions } from './held-contractions.ts';
import { type MigrateDatabaseOptions, migrateDatabase, readLedger } from './migrate-database.ts';
import { migratePlaces } from './migrate-places.ts';
import { type FleetOptions, type FleetReport, isCalled, type MigrationRun, migrationName } from './migration-run.ts';

/**
 * Migrates every schema of all databases to this build: first what tenants share, then the canaries, then the others,
 * several at once. A failed migration quarantines its tenant and stops no other; a database that does not answer is
 * skipped. Both are reported. A tenant with an unfinished move is migrated where its data is; tenants that are being
 * moved come last, and fail if the move does not end in time. Rerun it to resume; a quarantined tenant is released once
 * its migration succeeds. Throws TENANT_NOT_FOUND for an unknown `only` or canary, PrimaryAway before any tenant was
 * visited.
 */
export async function migrateFleet(fleet: Fleet, options: FleetOptions = {}): Promise<FleetReport> {
  await using admins = allAdminsOf(fleet);
  const runStep = patientSteps(fleet, options);
  const held = await runStep(() => HeldContractions.find(admins));
  const report: MigrationRun['report'] = { shared: [], migrated: [], failed: [], current: 0, left: 0, away: [] };
  const run: MigrationRun = { fleet, admins, options, report, held, away: new Set(), runStep };
  const places = await migrateShared(run);
  try {
    if (places) await migrateTenants(run, places);
  } catch (error) {
    report.stoppedBy = error;
  }
  return { ...report, held: held.report };
}

/**
 * Migrates what the tenants of each database share. Returns the tenants' schemas; undefined after the dry run of an
 * installation that was never migrated, which has no table to find them in.
 */
async function migrateShared(run: MigrationRun): Promise<readonly SurveyedPlace[] | undefined> {
  const { fleet, admins, options, held, runStep } = run;
  const shared = { ...options, applicable: (pending: readonly Migration[]) => held.applicable(pending) };
  await migratePrimary(run, shared);
  if (!(await runStep(() => hasCatalog(admins)))) return undefined;
  const { only, canaries = [] } = options;
  const wanted = only === undefined ? undefined : [only, ...canaries];
  const places = await runStep(() => surveyPlaces(fleet.catalog, wanted));
  requirePlaces(places, wanted ?? canaries);
  await migrateFurther(run, places, shared);
  return places;
}

async function migrateTenants(run: MigrationRun, places: readonly SurveyedPlace[]): Promise<void> {
  const { fleet, options, report, runStep } = run;
  await visit(run, places, options.canaries);
  if (options.dryRun) return;
  if (report.left === 0) await visitNew(run, places);
  await runStep(() => noteRun(fleet.catalog, report));
}

async function visit(
  run: MigrationRun,
  places: readonly SurveyedPlace[],
  canaries: readonly string[] = [],
): Promise<void> {
  const { admins, report, runStep } = run;
  const reached = places.filter(({ databaseId }) => !report.away.some((away) => away.databaseId === databaseId));
  const { ledgers, away } = await readLedgers(admins, reached, runStep);
  report.away.push(...away);
  await migratePlaces(run, reached, ledgers, canaries);
}

/** Migrates places that did not exist when the run began: of new tenants, and of tenants that moved. */
async function visitNew(run: MigrationRun, before: readonly SurveyedPlace[]): Promise<void> {
  const known = new Set(before.map(keyOf));
  const { fleet, options, runStep } = run;
  const only = options.only === undefined ? undefined : [options.only];
  const now = await runStep(() => surveyPlaces(fleet.catalog, only));
  const more = now.filter((place) => !known.has(keyOf(place)));
  if (more.length > 0) await visit(run, more);
}

const keyOf = ({ databaseId, schemaName }: SurveyedPlace): string => `${databaseId} ${schemaName}`;

/** Records the run in the audit log, unless nothing was done. */
async function noteRun(
  catalog: Catalog,
  { shared, migrated, failed, left, away }: MigrationRun['report'],
): Promise<void> {
  if (shared.length + migrated.length + failed.length === 0) return;
  const counts = { shared: shared.length, migrated: migrated.length, failed: failed.length, left, away: away.length };
  const outcome = failed.length > 0 ? 'FAILURE' : 'SUCCESS';
  await catalog.write((tx) =>
    recordAudit(tx, { actor: { kind: 'SYSTEM' }, action: 'fleet.migrated', outcome, metadata: counts }),
  );
}

async function migratePrimary(
  { fleet, admins, report, runStep }: MigrationRun,
  options: MigrateDatabaseOptions,
): Promise<void> {
  const primary = admins.of(primaryDatabaseId);
  const applied = await runStep(() =>
    primary.use((admin, installation) => migrateDatabase(admin, installation, fleet.lines, options)),
  );
  report.shared.push(...applied.map(migrationName));
}

async function hasCatalog(admins: FleetAdmins): Promise<boolean> {
  const find = admins.of(primaryDatabaseId).use((admin, installation) => readLedger(admin, installation, ['catalog']));
  return (await find).has('catalog');
}

async function migrateFurther(
  { fleet, admins, report, runStep }: MigrationRun,
  places: readonly SurveyedPlace[],
  options: MigrateDatabaseOptions,
): Promise<void> {
  const further = [...byDatabase(places)].filter(([id]) => id !== primaryDatabaseId);
  const migrate = async ([databaseId, there]: [string, SurveyedPlace[]]) => {
    const name = there[0]!.databaseName;
    try {
      const applied = await runStep(() =>
        admins.of(databaseId).use((admin, found) => migrateDatabase(admin, found, fleet.lines, options)),
      );
      report.shared.push(...applied.map((migration) => `${name}: ${migrationName(migration)}`));
    } catch (error) {
      if (error instanceof PrimaryAway) throw error;
      report.away.push({ databaseId, name, schemas: there.length, error });
    }
  };
  await Promise.all(further.map(migrate));
}

/**
 * Throws TENANT_NOT_FOUND for an unknown name: a misspelt canary would let all tenants be migrated without a canary.
 */
function requirePlaces(places: readonly SurveyedPlace[], names: readonly string[]): void {
  for (const name of names) {
    if (places.some((place) => isCalled(place, name))) continue;
    throw new AppError('TENANT_NOT_FOUND', `There is no organization or schema ${name}`);
  }
}
