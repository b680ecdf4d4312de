import { fitsBuild, type Ledger } from '../../db/migration-ledger.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Database } from '../../tenancy/databases/databases.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { tenantNotFound } from '../../tenancy/tenant.ts';
import { type Drift, findDrift } from '../drift/find-drift.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { type PatienceOptions, PrimaryAway, patientSteps, type RunStep } from '../patience.ts';
import { readLedger } from '../schemas/migrate-database.ts';
import { sharedStatus } from '../schemas/schema-status.ts';
import { byDatabase, type SurveyedPlace, schemaStateOf, surveyPlaces } from '../survey.ts';
import { budgetOf, checkBudget, type DatabaseBudget, filesOf } from './catalog-budget.ts';
import { type CatalogFacts, catalogFacts } from './catalog-facts.ts';
import { checkFences } from './check-fences.ts';
import { checkLocale } from './check-locale.ts';
import { checkNames } from './check-names.ts';
import { checkOrphans } from './check-orphans.ts';
import { checkRights } from './check-rights.ts';
import { checkRoles } from './check-roles.ts';
import { checkClock, checkSettings } from './check-settings.ts';
import { checkTenants } from './check-tenants.ts';
import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

export interface DoctorOptions extends PatienceOptions {
  /** Slug or schema name: checks only the migrations of this tenant's schema. */
  only?: string | undefined;
  clock: Clock;
  /**
   * Connections of one server process to each tenant database and to the catalog; `slotBytes` is the memory limit of
   * each connection.
   */
  pools: { tenants: number; catalog: number; slotBytes: number };
  /** How many spares should be ready. */
  spares: number;
  onProgress?: ((compared: number, total: number) => void) | undefined;
}

export interface SchemaDrift extends Drift {
  slug: string | undefined;
  database: string;
}

export interface DoctorReport {
  findings: Finding[];
  drift: SchemaDrift[];
  budgets: DatabaseBudget[];
  /** How many schemas were compared with their migrations. */
  compared: number;
}

/** Connections outside of the pools: the listener, commands and background tasks. */
const otherConnections = 5;

/**
 * Checks the whole installation, in all databases, without changing anything. Waits while the primary database
 * restarts; a database that does not answer is a finding, and the others are still checked.
 */
export async function runDoctor(fleet: Fleet, options: DoctorOptions): Promise<DoctorReport> {
  const report: DoctorReport = { findings: [], drift: [], budgets: [], compared: 0 };
  const runStep = patientSteps(fleet, options);
  report.findings.push(...(await runStep(() => checkShared(fleet))));
  if (report.findings.length > 0) return report;
  const { only, signal } = options;
  const places = await runStep(() => surveyPlaces(fleet.catalog, only === undefined ? undefined : [only]));
  if (only !== undefined && places.length === 0) throw tenantNotFound(only);
  const facts = await runStep(() => catalogFacts(fleet.catalog));
  if (only === undefined) {
    report.findings.push(...checkTenants(facts, { now: options.clock(), spares: options.spares }));
  }
  const perDatabase = byDatabase(places);
  const databases = await runStep(() => fleet.databases.list());
  const logins = new Set(databases.map(({ installation }) => installation.roles.app));
  const context: Context = { fleet, options, runStep, report, facts, logins, total: places.length };
  for (const database of databases) {
    if (signal?.aborted) break;
    const here = perDatabase.get(database.id) ?? [];
    if (only !== undefined && here.length === 0) continue;
    if ((await visitDatabase(context, database, here)) === 'PRIMARY_AWAY') break;
  }
  return report;
}

/** The catalog's tables must fit this build before they can be queried. */
async function checkShared(fleet: Fleet): Promise<Finding[]> {
  await using admins = adminsOf(fleet);
  const found = new Findings('migrations', 'primary');
  for (const { schemaName, found: status } of sharedStatus(fleet.lines, await admins.use(readLedger))) {
    if (status.state === 'BEHIND') found.problem(schemaName, 'is older than this build: run `chantier migrate`');
    else if (!fitsBuild(status)) found.problem(schemaName, 'was migrated by another build');
  }
  return found.all;
}

interface Context {
  fleet: Fleet;
  options: DoctorOptions;
  runStep: RunStep;
  report: DoctorReport;
  facts: CatalogFacts;
  logins: ReadonlySet<string>;
  total: number;
}

async function visitDatabase(
  context: Context,
  database: Database,
  places: readonly SurveyedPlace[],
): Promise<'VISITED' | 'PRIMARY_AWAY'> {
  const { fleet, options, runStep, report } = context;
  try {
    if (options.only === undefined) await runStep(() => checkDatabase(context, database));
    await using admins = adminsOf(fleet, database.id);
    const ledger = await runStep(() => admins.use(readLedger));
    report.findings.push(...checkMigrations(fleet, database.name, places, ledger));
    await compare(context, database, places, ledger);
    return 'VISITED';
  } catch (error) {
    const found = new Findings('database', database.name);
    found.problem(database.name, `could not be checked: ${error instanceof Error ? error.message : String(error)}`);
    report.findings.push(...found.all);
    return error instanceof PrimaryAway ? 'PRIMARY_AWAY' : 'VISITED';
  }
}

/** Adds to the report only once all checks have succeeded, so that it can be repeated. */
async function checkDatabase(context: Context, database: Database): Promise<void> {
  const { fleet, options, report, facts } = context;
  await using admins = adminsOf(fleet, database.id);
  await admins.use(async (admin) => {
    const visit = visitOf(context, database, admin);
    const budget = await budgetOf(visit);
    const findings = [
      ...(await checkRoles(visit)),
      ...(await checkRights(visit)),
      ...(await checkFences(visit, facts.openMoves)),
      ...(await checkSettings(visit, filesOf(budget))),
      ...(await checkLocale(visit)),
      ...(await checkNames(visit)),
      ...(await checkOrphans(visit, options.clock())),
      ...(await checkClock(visit, () => options.clock().getTime())),
      ...checkBudget(budget),
    ];
    report.budgets.push(budget);
    report.findings.push(...findings);
  });
}

function visitOf(
  { facts, logins, options }: Context,
  { id, name, installation }: Database,
  admin: DatabaseVisit['admin'],
): DatabaseVisit {
  const { tenants, catalog, slotBytes } = options.pools;
  const isPrimary = id === primaryDatabaseId;
  return {
    name,
    admin,
    installation,
    schemas: facts.schemas.filter(({ databaseId }) => databaseId === id),
    slugs: new Map(
      facts.organizations.flatMap(({ databaseId, schemaName, slug }) =>
        databaseId === id ? [[schemaName, slug]] : [],
      ),
    ),
    knownRoles: new Set(facts.schemas.map(({ roleName }) => roleName)),
    logins,
    slotBytes,
    connections: { tenants, others: isPrimary ? catalog + otherConnections : otherConnections },
    capacity: facts.databases.find((row) => row.id === id)!.capacity,
  };
}

function checkMigrations(
  { lines }: Fleet,
  database: string,
  places: readonly SurveyedPlace[],
  ledger: Ledger,
): Finding[] {
  const found = new Findings('migrations', database);
  const statuses = places.map((place) => ({ place, status: schemaStateOf(lines, ledger, place) }));
  // Most deviating schemas deviate in the same way, so equal deviations become one finding
  for (const alike of Map.groupBy(statuses, ({ status }) => JSON.stringify(status)).values()) {
    const { status } = alike[0]!;
    const name = someOf(alike.map(({ place }) => place.organization?.slug ?? place.schemaName));
    if (status.state === 'BEHIND')
      found.warning(name, `lacks ${status.pending.length} migrations: run \`chantier migrate\``);
    if (status.state === 'AHEAD') found.problem(name, `has ${status.migration}, which this build does not know`);
    if (status.state === 'EDITED') found.problem(name, `was migrated by a different version of ${status.migration}`);
  }
  return found.all;
}

const someOf = (names: readonly string[]): string =>
  names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');

async function compare(
  { fleet, options, runStep, report, total }: Context,
  { id, name, installation }: Database,
  places: readonly SurveyedPlace[],
  ledger: Ledger,
): Promise<void> {
  const before = report.compared;
  const drifts = await findDrift(() => adminsOf(fleet, id), places, {
    installation,
    lines: fleet.lines,
    ledger,
    signal: options.signal,
    runStep,
    onProgress: (checked) => {
      report.compared = before + checked;
      options.onProgress?.(report.compared, total);
    },
  });
  const found = new Findings('drift', name);
  for (const drift of drifts) {
    const slug = places.find(({ schemaName }) => schemaName === drift.schemaName)?.organization?.slug;
    report.drift.push({ ...drift, slug, database: name });
    const what = drift.missing
      ? 'the schema does not exist'
      : `${drift.differences.length} differences from its migrations`;
    found.problem(slug ?? drift.schemaName, what);
  }
  report.findings.push(...found.all);
}
