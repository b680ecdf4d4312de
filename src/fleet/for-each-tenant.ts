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

/** A schema made for a tenant: a served one, or a spare that waits for its organization. */
export interface TenantPlace {
  schemaName: string;
  roleName: string;
  databaseId: string;
  organization: { id: string; slug: string; modules: readonly string[] } | null;
  quarantined: boolean;
}

/** An organization and the place that it is served from. */
export type ServedPlace = TenantPlace & { organization: NonNullable<TenantPlace['organization']> };

export type OrganizationName = Pick<ServedPlace['organization'], 'id' | 'slug'>;

export interface ForEachOptions extends PatienceOptions {
  /** How many at once. */
  parallel?: number | undefined;
  /** How long the run waits at its end for organizations that are being moved or deleted; milliseconds. */
  busyWaitMs?: number | undefined;
  onProgress?: ((visited: number) => void) | undefined;
}

/** Each organization is in one of the lists, once, unless the run was interrupted before it. */
export interface ForEachReport<T> {
  done: T[];
  failed: { organization: OrganizationName; error: unknown }[];
  /** Deleted between the listing and the visit. */
  gone: OrganizationName[];
  /** Whether some were not visited: the signal stopped the run, or what `stoppedBy` says. */
  interrupted: boolean;
  stoppedBy?: unknown;
}

const pageSize = 200;
const firstId = '00000000-0000-0000-0000-000000000000';
const defaultBusyWaitMs = 60_000;
const lookAgainMs = 500;

/**
 * Does something for every organization, a bounded number at once and in memory. They are listed by their ids, which
 * never change, and each is visited once: under its life lock, so that its place and state, which are read again there,
 * stay as they are during the work. One that fails is reported and stops nothing; those that somebody is at come last. The
 * work must bear being repeated: after an outage of the primary database the run waits, then visits again. It never throws.
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
  /** Somebody held their life locks. */
  #busy: OrganizationName[] = [];
  /** Databases that did not answer to several attempts: later tenants there get one. */
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

/** One page of the organizations that have a schema of their own, by id. */
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
 * Where an organization is now; undefined when it is gone, or its data is being dropped. Throws NOT_FOUND when the catalog
 * does not have the schema that it says an organization is served from.
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
    `The catalog does not have ${place.schemaName} as the schema of ${place.organization.slug}`,
  );
}
