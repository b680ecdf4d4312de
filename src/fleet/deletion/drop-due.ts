import { and, inArray, isNull, lte, or } from 'drizzle-orm';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { CatalogDb } from '../../tenancy/catalog.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import type { Fleet } from '../fleet.ts';
import { DataMissing, requireReadable } from '../move/require-readable.ts';
import { type PatienceOptions, PrimaryAway, patiently } from '../patience.ts';
import { dropSchema } from '../schemas/drop-schema.ts';
import { purgeOrganization } from './purge-organization.ts';

export interface DropDueOptions extends PatienceOptions {
  clock?: Clock;
  onProgress?: ((done: { what: string; error?: unknown }) => void) | undefined;
}

export interface DropDueReport {
  /** Slugs of the organizations that were dropped. */
  organizations: string[];
  /** Schemas that no organization used: of failed provisioning, retained copies, verified archives. */
  schemas: string[];
  failed: { what: string; error: unknown }[];
  /** Why the run stopped before its end: the primary database did not come back. */
  stoppedBy?: unknown;
}

/**
 * Drops organizations whose grace period is over, and expired schemas that no organization uses. A failure is reported
 * and does not stop the others; what another operation has locked is skipped, and due again in the next run.
 */
export async function dropDue(fleet: Fleet, options: DropDueOptions = {}): Promise<DropDueReport> {
  const run = new Run(fleet, options);
  try {
    await run.organizations();
    await run.schemas();
  } catch (error) {
    if (!(error instanceof PrimaryAway)) throw error;
    run.report.stoppedBy = error;
  }
  return run.report;
}

const by = { actor: { kind: 'SYSTEM' } } as const;

class Run {
  readonly report: DropDueReport = { organizations: [], schemas: [], failed: [] };
  readonly #fleet: Fleet;
  readonly #options: DropDueOptions & { clock: Clock };

  constructor(fleet: Fleet, options: DropDueOptions) {
    this.#fleet = fleet;
    this.#options = { clock: systemClock, ...options };
  }

  async organizations(): Promise<void> {
    const { clock, signal } = this.#options;
    const due = await this.#patiently(() => this.#fleet.catalog.read((db) => dueOrganizations(db, clock())));
    for (const { id, slug } of due) {
      await this.#drop(slug, this.report.organizations, () =>
        // It is gone if another process dropped it meanwhile, or if only the answer to our last COMMIT was lost
        purgeOrganization(this.#fleet, id, { by, clock, signal }).catch(unlessGone),
      );
    }
  }

  async schemas(): Promise<void> {
    const { clock, signal } = this.#options;
    const due = await this.#patiently(() => this.#fleet.catalog.read((db) => dueSchemas(db, clock())));
    for (const place of due) {
      const { schemaName, state, organizationId } = place;
      await this.#drop(schemaName, this.report.schemas, async () => {
        if (state === 'RETAINED' && organizationId !== null) await requireReadable(this.#fleet, organizationId);
        await dropSchema(this.#fleet, place, { signal });
      });
    }
  }

  async #drop(what: string, done: string[], work: () => Promise<unknown>): Promise<void> {
    const { signal, onProgress } = this.#options;
    if (signal?.aborted) return;
    try {
      await this.#patiently(work);
      done.push(what);
      onProgress?.({ what });
    } catch (error) {
      if (error instanceof PrimaryAway) throw error;
      if (isInUse(error)) return;
      this.report.failed.push({ what, error });
      onProgress?.({ what, error });
    }
  }

  #patiently<T>(work: () => Promise<T>): Promise<T> {
    return patiently(this.#fleet, work, this.#options);
  }
}

const dueOrganizations = (db: CatalogDb, now: Date) =>
  db.query.organizations.findMany({
    columns: { id: true, slug: true },
    where: { status: 'DELETING', deleteAfter: { lte: now } },
    orderBy: { deleteAfter: 'asc' },
  });

/** Leaves out the schemas of deleted organizations: those are dropped and counted with their organization. */
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

/** Another operation is working on it, or its deletion has just been undone. */
const isInUse = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'INVALID_STATE' && !(error instanceof DataMissing);

function unlessGone(error: unknown): void {
  if (!(error instanceof AppError && error.code === 'TENANT_NOT_FOUND')) throw error;
}
