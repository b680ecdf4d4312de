import { setTimeout as delay } from 'node:timers/promises';
import { and, asc, eq, gt, ne } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import { isLifeLocked } from '../tenancy/life-lock.ts';
import { organizations, tenantSchemas } from '../tenancy/tables.ts';
import { servedSchema } from '../tenancy/tenant.ts';
import type { Fleet, FleetAdmins } from './fleet.ts';
import { sharingLife } from './holding-life.ts';
import { isOutage, type PatienceOptions, PrimaryAway, patiently } from './patience.ts';

/** A schema of a tenant: a served one, or a spare without an organization. */
export interface TenantPlace {
  schemaName: string;
  roleName: string;
  databaseId: string;
  organization: { id: string; slug: string; modules: readonly string[] } | null;
  quarantined: boolean;
}

/** An organization and the place that serves it. */
export type ServedPlace = TenantPlace & { organization: NonNullable<TenantPlace['organization']> };

export type OrganizationName = Pick<ServedPlace['organization'], 'id' | 'slug'>;

export interface ForEachOptions extends PatienceOptions {
  /** How many tenants to visit at once. */
  parallel?: number | undefined;
  /** How long the run waits at its end for organizations that are being moved or deleted; milliseconds. */
  busyWaitMs?: number | undefined;
  onProgress?: ((visited: number) => void) | undefined;
}

/** Each organization is in exactly one of the lists, unless the run was interrupted before it. */
export interface ForEachReport<T> {
  done: T[];
  failed: { organization: OrganizationName; error: unknown }[];
  /** Deleted between the listing and the visit. */
  gone: OrganizationName[];
  /** Whether some were not visited, because the signal stopped the run or for the reason in `stoppedBy`. */
  interrupted: boolean;
  stoppedBy?: unknown;
}

const pageSize = 200;
const firstId = '00000000-0000-0000-0000-000000000000';
const defaultBusyWaitMs = 60_000;
const lookAgainMs = 500;

/**
 * Runs work for every organization, with bounded concurrency and memory. Organizations are listed by id, which never
 * changes, and each is visited once under its life lock, so that its place and state, read again there, do not change
 * during the work. A failure is reported and does not stop the others; organizations that are locked come last. The
 * work must be idempotent: after an outage of the primary database the run waits, then visits again. Never throws.
 */
export async function forEachTenant<T>(
  fleet: Fleet,
  admins: FleetAdmins,
  work: (place: ServedPlace) => Promise<T>,
  options: ForEachOptions = {},
): Promise<ForEachReport<T>> {
  const visits = new Visits(fleet, admins, work, options);
  try {
    for (let after: string | undefined = firstId; after !== undefined; ) {
      const from: string = after;
      const page = await patiently(fleet, () => listOrganizations(fleet.catalog, from), options);
      await visits.all(page);
      after = page.length < pageSize ? undefined : page.at(-1)!.id;
      if (options.signal?.aborted) return { ...visits.report, interrupted: true };
    }
    await visits.busyOnes();
  } catch (stoppedBy) {
    return { ...visits.report, interrupted: true, stoppedBy };
  }
  return { ...visits.report, interrupted: options.signal?.aborted === true };
}

class Visits<T> {
  readonly report: ForEachReport<T> = { done: [], failed: [], gone: [], interrupted: false };
  readonly #fleet: Fleet;
  readonly #admins: FleetAdmins;
  readonly #work: (place: ServedPlace) => Promise<T>;
  readonly #options: ForEachOptions;
  /** Organizations whose life lock was held by another operation. */
  #busy: OrganizationName[] = [];
  /** Databases that failed several attempts: later tenants there get one attempt. */
  readonly #away = new Set<string>();

  constructor(fleet: Fleet, admins: FleetAdmins, work: (place: ServedPlace) => Promise<T>, options: ForEachOptions) {
    this.#fleet = fleet;
    this.#admins = admins;
    this.#work = work;
    this.#options = options;
  }

  async all(organizations: readonly OrganizationName[]): Promise<void> {
    const { parallel = 4, signal } = this.#options;
    const next = organizations.values();
    const worker = async () => {
      for (const organization of next) {
        if (signal?.aborted) return;
        await this.#visit(organization);
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, organizations.length) }, worker));
  }

  async busyOnes(): Promise<void> {
    const { busyWaitMs = defaultBusyWaitMs, signal } = this.#options;
    const deadline = performance.now() + busyWaitMs;
    while (this.#busy.length > 0 && !signal?.aborted) {
      const isLast = performance.now() >= deadline;
      if (!isLast) await delay(lookAgainMs);
      const again = this.#busy;
      this.#busy = [];
      for (const organization of again) if (!signal?.aborted) await this.#visit(organization, isLast);
    }
  }

  async #visit(organization: OrganizationName, isLast = false): Promise<void> {
    const { report } = this;
    let databaseId: string | undefined;
    try {
      const attempt = () =>
        sharingLife(this.#admins, organization.id, async () => {
          const place = await servedPlace(this.#fleet.catalog, organization.id);
          databaseId = place?.databaseId;
          return place && { result: await this.#work(place) };
        });
      const isAway = () => databaseId !== undefined && this.#away.has(databaseId);
      const visited = await patiently(this.#fleet, attempt, { ...this.#options, isHopeless: isAway });
      if (visited) report.done.push(visited.result);
      else report.gone.push(organization);
    } catch (error) {
      if (this.#options.signal?.aborted) return;
      if (error instanceof PrimaryAway) throw error;
      if (isLifeLocked(error) && !isLast) return void this.#busy.push(organization);
      if (databaseId !== undefined && isOutage(error)) this.#away.add(databaseId);
      report.failed.push({ organization, error });
    }
    this.#options.onProgress?.(report.done.length + report.failed.length + report.gone.length);
  }
}

/** One page of the organizations with a schema, by id. */
const listOrganizations = (catalog: Catalog, after: string): Promise<OrganizationName[]> =>
  catalog.read((db) =>
    db
      .select({ id: organizations.id, slug: organizations.slug })
      .from(organizations)
      .where(and(gt(organizations.id, after), ne(organizations.status, 'PROVISIONING')))
      .orderBy(asc(organizations.id))
      .limit(pageSize),
  );

/**
 * The current place of an organization; undefined if it was deleted, or its data is being dropped. Throws NOT_FOUND if
 * the catalog has no record of the schema that the organization names.
 */
export async function servedPlace(catalog: Catalog, id: string): Promise<ServedPlace | undefined> {
  const [row] = await catalog.read((db) =>
    db
      .select({
        schemaName: organizations.schemaName,
        roleName: organizations.roleName,
        databaseId: organizations.databaseId,
        status: organizations.status,
        organization: { id: organizations.id, slug: organizations.slug, modules: organizations.modules },
        schema: { state: tenantSchemas.state, quarantinedAt: tenantSchemas.quarantinedAt },
      })
      .from(organizations)
      .leftJoin(tenantSchemas, servedSchema)
      .where(eq(organizations.id, id)),
  );
  if (!row) return undefined;
  const { schema, status, ...place } = row;
  if (schema?.state === 'ACTIVE') return { ...place, quarantined: schema.quarantinedAt !== null };
  if (status === 'DELETING') return undefined;
  throw new AppError(
    'NOT_FOUND',
    `The catalog has no record of ${place.schemaName} as the schema of ${place.organization.slug}`,
  );
}
