import type { Admin } from '../../db/admin.ts';
import { advisoryLocks } from '../../db/advisory-lock.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { toAppError } from '../../db/pg-errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import { tenantNotFound } from '../../tenancy/tenant.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { onlyOne } from '../only-one.ts';
import { patiently } from '../patience.ts';
import { byDatabase, type SurveyedPlace, surveyPlaces, type UnreachableDatabase } from '../survey.ts';
import { indexesToRebuild } from './indexes-to-rebuild.ts';
import { type Pruned, pruneSchema } from './prune-schema.ts';
import { tablesToVacuum } from './tables-to-vacuum.ts';

export interface MaintainOptions {
  /** Slug or schema name: maintains this tenant only. */
  only?: string | undefined;
  /** Rebuilds every index, not only the bloated ones. */
  reindex?: boolean | undefined;
  /** How long events are kept, in milliseconds; undefined keeps them forever. */
  eventsMs?: number | undefined;
  clock: Clock;
  /** Stops between two tables. */
  signal?: AbortSignal | undefined;
  onProgress?: ((result: Maintained, progress: { done: number; total: number }) => void) | undefined;
}

export interface Maintained {
  schemaName: string;
  slug: string | undefined;
  database: string;
  pruned: Pruned;
  vacuumed: number;
  reindexed: string[];
  ms: number;
  /** Errors of steps that were skipped, such as an index whose table stayed locked. */
  errors: unknown[];
}

export interface MaintainReport {
  maintained: Maintained[];
  /** How many tenants were not begun because the signal stopped the run. */
  left: number;
  away: UnreachableDatabase[];
}

/** Lock timeout in milliseconds: other statements queue behind the one that waits. */
const lockMs = 1_000;

/** Schemas per connection: a backend caches every table that it has read. */
const pageSize = 50;

/**
 * Maintains all tenants, in all databases: deletes expired rows, vacuums and analyzes tables that changed, and rebuilds
 * bloated indexes concurrently with requests. One tenant at a time in each database; locked tables wait for the next
 * run. After an interruption, the next run does the rest. Throws TENANT_NOT_FOUND for an unknown `only`.
 */
export async function maintainTenants(fleet: Fleet, options: MaintainOptions): Promise<MaintainReport> {
  const { only } = options;
  const names = only === undefined ? undefined : [only];
  const places = await patiently(fleet, () => surveyPlaces(fleet.catalog, names));
  if (only !== undefined && places.length === 0) throw tenantNotFound(only);
  const run = new Run(fleet, options, places.length);
  await Promise.all([...byDatabase(places)].map(([databaseId, there]) => run.database(databaseId, there)));
  const { maintained, away } = run;
  // The caller must get the report even if the audit log cannot be written
  await patiently(fleet, () => noteRun(fleet, maintained, away)).catch(() => {});
  const lost = away.reduce((sum, { schemas }) => sum + schemas, 0);
  return { maintained, away, left: Math.max(0, places.length - maintained.length - lost) };
}

/** Records the run in the audit log. The pruning of an organization's events has an entry of its own. */
async function noteRun(
  fleet: Fleet,
  maintained: readonly Maintained[],
  away: readonly UnreachableDatabase[],
): Promise<void> {
  const sum = (of: (each: Maintained) => number) => maintained.reduce((total, each) => total + of(each), 0);
  const metadata = {
    schemas: maintained.length,
    events: sum(({ pruned }) => pruned.events),
    vacuumed: sum(({ vacuumed }) => vacuumed),
    reindexed: sum(({ reindexed }) => reindexed.length),
    undone: maintained.filter(({ errors }) => errors.length > 0).length,
    away: away.length,
  };
  await fleet.catalog.write((tx) => recordAudit(tx, { ...bySystem, action: 'fleet.maintained', metadata }));
}

const bySystem = { actor: { kind: 'SYSTEM' } } as const;

class Run {
  readonly maintained: Maintained[] = [];
  readonly away: UnreachableDatabase[] = [];
  readonly #fleet: Fleet;
  readonly #options: MaintainOptions;
  readonly #total: number;
  /** Places done before an outage; a repeated attempt skips them. */
  readonly #done = new Set<SurveyedPlace>();

  constructor(fleet: Fleet, options: MaintainOptions, total: number) {
    this.#fleet = fleet;
    this.#options = options;
    this.#total = total;
  }

  async database(databaseId: string, places: readonly SurveyedPlace[]): Promise<void> {
    let at = 0;
    try {
      for (; at < places.length && !this.#options.signal?.aborted; at += pageSize) {
        const page = places.slice(at, at + pageSize);
        await patiently(this.#fleet, () => this.#page(databaseId, page), { signal: this.#options.signal });
      }
    } catch (error) {
      this.away.push({ databaseId, name: places[0]!.databaseName, schemas: places.length - at, error });
    }
  }

  async #page(databaseId: string, places: readonly SurveyedPlace[]): Promise<void> {
    await using admins = adminsOf(this.#fleet, databaseId);
    await admins.use(async (admin, { roles }) => {
      // The first pass prunes, so that the second one vacuums the deleted rows
      const left = places.filter((place) => !this.#done.has(place));
      const tasks = left.map((place) => ({ place, result: emptyResult(place) }));
      for (const { place, result } of tasks) {
        await this.#timed(result, () => this.#prune(admin, place, result));
      }
      await admin.run(`select set_config('role', $1, false), set_config('lock_timeout', $2, false)`, [
        roles.owner,
        `${lockMs}ms`,
      ]);
      const tables = await tablesToVacuum(
        admin,
        left.map(({ schemaName }) => schemaName),
      );
      for (const { place, result } of tasks) {
        if (this.#options.signal?.aborted) return;
        await this.#timed(result, () => vacuum(admin, place, tables.get(place.schemaName) ?? [], result));
        await this.#timed(result, () => this.#reindex(admin, place, result));
        this.maintained.push(result);
        this.#done.add(place);
        this.#options.onProgress?.(result, { done: this.maintained.length, total: this.#total });
      }
    });
  }

  /** Records an error of one tenant and continues; a lost connection ends the page. */
  async #timed(result: Maintained, work: () => Promise<void>): Promise<void> {
    const from = performance.now();
    try {
      if (!this.#options.signal?.aborted) await work();
    } catch (error) {
      const code = toAppError(error)?.code;
      if (code === 'CONNECTION_LOST' || code === 'UNAVAILABLE') throw error;
      result.errors.push(error);
    }
    result.ms += performance.now() - from;
  }

  /**
   * Pruning events needs the life lock, so it fails while another operation changes the organization's place or status.
   */
  async #prune(admin: Admin, place: SurveyedPlace, result: Maintained): Promise<void> {
    const { eventsMs, clock, signal } = this.#options;
    const prune = async () => {
      const { roles } = this.#fleet.installation;
      result.pruned = await pruneSchema(admin, roles, place.schemaName, { now: clock(), eventsMs, signal });
    };
    const organizationId = place.organization?.id;
    if (organizationId === undefined || eventsMs === undefined) return await prune();
    await holdingLife(this.#fleet, organizationId, prune);
    const { events } = result.pruned;
    if (events === 0) return;
    const entry = { ...bySystem, action: 'organization.events_pruned', organizationId, metadata: { events } };
    await this.#fleet.catalog.write((tx) => recordAudit(tx, entry));
  }

  async #reindex(admin: Admin, { schemaName }: SurveyedPlace, result: Maintained): Promise<void> {
    const indexes = await indexesToRebuild(admin, schemaName, { all: this.#options.reindex ?? false });
    const locked = new Set<string>();
    for (const { name, table, leftover } of indexes) {
      if (this.#options.signal?.aborted) return;
      if (locked.has(table)) continue;
      const index = `${quoteIdentifier(schemaName)}.${quoteIdentifier(name)}`;
      try {
        await admin.run(
          leftover ? `drop index concurrently if exists ${index}` : `reindex index concurrently ${index}`,
        );
        if (!leftover) result.reindexed.push(name);
      } catch (error) {
        // Other indexes of the table would wait just as long
        locked.add(table);
        result.errors.push(error);
      }
    }
  }
}

const emptyResult = ({ schemaName, organization, databaseName }: SurveyedPlace): Maintained => ({
  schemaName,
  slug: organization?.slug,
  database: databaseName,
  pruned: { events: 0, idempotencyKeys: 0, trash: 0, notifications: 0, webhookDeliveries: 0, deadJobs: 0 },
  vacuumed: 0,
  reindexed: [],
  ms: 0,
  errors: [],
});

/** Vacuums and analyzes tables. Skips tables that are locked. */
async function vacuum(
  admin: Admin,
  { schemaName }: SurveyedPlace,
  tables: readonly string[],
  result: Maintained,
): Promise<void> {
  if (tables.length === 0) return;
  const names = tables.map((name) => `${quoteIdentifier(schemaName)}.${quoteIdentifier(name)}`);
  await admin.run(`vacuum (analyze, skip_locked) ${names.join(', ')}`);
  result.vacuumed = tables.length;
}

/** Runs the work unless another process of the installation is maintaining; returns undefined then. */
export const onlyMaintainer = <T>(fleet: Fleet, work: () => Promise<T>): Promise<T | undefined> =>
  onlyOne(fleet, advisoryLocks.maintenance, work);
