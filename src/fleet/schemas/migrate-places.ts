import { type Ledger, type SchemaState, schemaMismatch } from '../../db/migration-ledger.ts';
import { applyMigrations } from '../../db/migrator.ts';
import { AppError } from '../../lib/errors.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import { isOutage, PrimaryAway, patiently } from '../patience.ts';
import { type SurveyedPlace, schemaStateOf } from '../survey.ts';
import { migrateWithOpenMove } from './migrate-with-open-move.ts';
import { isCalled, type MigrationRun, migrationName, type SchemaResult } from './migration-run.ts';
import { tenantTarget } from './targets.ts';

/** Migrates the schemas that need it: first the canaries, then the others, unless a canary failed. */
export const migratePlaces = (
  run: MigrationRun,
  places: readonly SurveyedPlace[],
  ledgers: ReadonlyMap<string, Ledger>,
  canaries: readonly string[],
): Promise<void> => new Visits(run, places, ledgers).all(canaries);

type Task = {
  place: SurveyedPlace;
  found: Exclude<SchemaState, { state: 'CURRENT' | 'EXTENDED' }> | { state: 'QUARANTINED' };
};

class Visits {
  readonly #run: MigrationRun;
  readonly #tasks: readonly Task[];
  #done = 0;

  constructor(run: MigrationRun, places: readonly SurveyedPlace[], ledgers: ReadonlyMap<string, Ledger>) {
    const asked = places.filter(({ databaseId }) => ledgers.has(databaseId));
    this.#run = run;
    this.#tasks = asked.flatMap((place): Task[] => {
      const found = this.#applicable(schemaStateOf(run.fleet.lines, ledgers.get(place.databaseId)!, place));
      if (found) return [{ place, found }];
      return place.quarantined ? [{ place, found: { state: 'QUARANTINED' } }] : [];
    });
    run.report.current += asked.length - this.#tasks.length;
  }

  /** The state of a schema with the migrations that may be applied now; undefined if there is nothing to do. */
  #applicable(found: SchemaState): Task['found'] | undefined {
    if (found.state === 'CURRENT' || found.state === 'EXTENDED') return undefined;
    if (found.state !== 'BEHIND') return found;
    const pending = this.#run.held.applicable(found.pending);
    return pending.length === 0 ? undefined : { ...found, pending };
  }

  async all(canaries: readonly string[]): Promise<void> {
    const { options, report } = this.#run;
    const first = new Set(canaries.flatMap((name) => this.#tasks.filter(({ place }) => isCalled(place, name))));
    try {
      for (const task of first) if (report.failed.length === 0) await this.#visit(task);
      if (first.size > 0 && report.failed.length > 0) return;
      const rest = this.#tasks.filter((task) => !first.has(task)).toSorted(movingLast);
      const perDatabase = Map.groupBy(rest, ({ place }) => place.databaseId);
      await Promise.all([...perDatabase.values()].map((tasks) => this.#several(tasks, options.parallel ?? 4)));
    } finally {
      report.left += this.#tasks.length - this.#done;
    }
  }

  async #several(tasks: readonly Task[], parallel: number): Promise<void> {
    const next = tasks.values();
    const worker = async () => {
      for (const task of next) await this.#visit(task);
    };
    await Promise.all(Array.from({ length: Math.min(parallel, tasks.length) }, worker));
  }

  async #visit(task: Task): Promise<void> {
    const { options, report } = this.#run;
    if (options.signal?.aborted) return;
    const result = await migratePlace(this.#run, task);
    this.#done++;
    (result.error === undefined ? report.migrated : report.failed).push(result);
    options.onProgress?.(result, { done: this.#done, total: this.#tasks.length });
  }
}

/** Places that are being moved come last, so that the others do not wait for the end of a move. */
const movingLast = (a: Task, b: Task): number => Number(a.place.isMoving) - Number(b.place.isMoving);

/** Returns an error of this schema in the result. Throws PrimaryAway, because every other schema would fail too. */
async function migratePlace(
  { fleet, admins, options, away, runStep }: MigrationRun,
  { place, found }: Task,
): Promise<SchemaResult> {
  const { schemaName, databaseName: database, organization } = place;
  const result: SchemaResult = { schemaName, slug: organization?.slug, database, migrations: [], ms: 0 };
  const from = performance.now();
  try {
    if (found.state === 'AHEAD' || found.state === 'EDITED') throw schemaMismatch(schemaName, found);
    const pending = found.state === 'BEHIND' ? found.pending : [];
    result.migrations = pending.map(migrationName);
    if (options.dryRun) return result;
    const apply = () =>
      admins.at(place, (admin, { roles }) => applyMigrations(admin, tenantTarget(roles, place), pending, options));
    const migrate = () => (place.isMoving ? migrateWithOpenMove(fleet, place, apply, options) : apply());
    const { signal, outageMs } = options;
    await patiently(fleet, migrate, { signal, outageMs, isHopeless: () => away.has(place.databaseId) });
    if (place.quarantined) await runStep(() => quarantine(fleet.catalog, place, null));
  } catch (error) {
    result.error = error;
    if (error instanceof PrimaryAway) throw error;
    if (isOutage(error)) away.add(place.databaseId);
    // If the quarantine cannot be recorded now, the failure is still reported, and the next run records it
    if (isBroken(error) && !options.dryRun) {
      await runStep(() => quarantine(fleet.catalog, place, error.message)).catch(() => {});
    }
  }
  result.ms = Math.round(performance.now() - from);
  return result;
}

/** Quarantines a tenant, so that it is not served; without a reason, releases it. */
async function quarantine(catalog: Catalog, place: SurveyedPlace, reason: string | null): Promise<void> {
  await catalog.write(async (tx) => {
    await tx
      .update(tenantSchemas)
      .set({ quarantinedAt: reason === null ? null : new Date(), quarantineReason: reason })
      .where(isSchema(place.databaseId, place.schemaName));
    if (!place.organization) return;
    // Without the reason, which may quote the tenant's rows
    await recordAudit(tx, {
      actor: { kind: 'SYSTEM' },
      action: reason === null ? 'organization.released' : 'organization.quarantined',
      organizationId: place.organization.id,
      metadata: { schema: place.schemaName },
    });
    await notifyOrganizationChanged(tx, place.organization.id);
  });
}

/** After a lost connection or a lock timeout the schema is as before, so it is still served. */
const isBroken = (error: unknown): error is AppError => error instanceof AppError && error.code === 'MIGRATION_FAILED';
