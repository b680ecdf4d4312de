import { or, type SQL, sql } from 'drizzle-orm';
import { BoundedStalenessCache } from '../lib/bounded-staleness-cache.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Catalog } from './catalog.ts';
import type { TenantFinder } from './routing.ts';
import { organizations, tenantSchemas } from './tables.ts';
import { servedSchema, type Tenant, tenantColumns, tenantNotFound, tenantOf } from './tenant.ts';

export interface DirectoryOptions {
  catalog: Catalog;
  clock?: Clock;
  maxAgeMs?: number;
}

interface Asked {
  by: 'id' | 'slug';
  value: string;
}

const capacity = 20_000;

/**
 * Finds tenants. Answers are cached for 2 seconds, dropped when any organization changes, and not cached while
 * notifications from other processes do not arrive.
 */
export class TenantDirectory implements TenantFinder {
  readonly #catalog: Catalog;
  readonly #cache: BoundedStalenessCache<Asked, Tenant>;

  constructor({ catalog, clock = systemClock, maxAgeMs = 2_000 }: DirectoryOptions) {
    this.#catalog = catalog;
    this.#cache = new BoundedStalenessCache({
      clock,
      forMs: maxAgeMs,
      capacity,
      keyOf: ({ by, value }) => `${by} ${value}`,
      read: async (asked) => (await this.#read([asked]))[0],
      readMany: (asked) => this.#read(asked),
    });
    // Organizations change rarely and slugs may pass to others: clearing the whole cache is simple and always right
    catalog.bus.on('organization.changed', () => this.forget());
    catalog.bus.onDoubt(() => this.forget());
  }

  /** Entries cached now; lookups since the start that the cache answered, and those that it did not. */
  get counts(): { kept: number; hits: number; misses: number } {
    return this.#cache.counts;
  }

  async findBySlug(slug: string): Promise<Tenant | undefined> {
    const asked: Asked = { by: 'slug', value: slug };
    const tenant = await this.#find(asked);
    // A tenant found by its slug is looked up by its id later on
    if (tenant && this.known(tenant.id) === undefined) this.#cache.copy(asked, { by: 'id', value: tenant.id });
    return tenant;
  }

  findById(id: string): Promise<Tenant | undefined> {
    return this.#find({ by: 'id', value: id });
  }

  /** Throws TENANT_NOT_FOUND. */
  async getBySlug(slug: string): Promise<Tenant> {
    const tenant = await this.findBySlug(slug);
    if (tenant === undefined) throw tenantNotFound(slug);
    return tenant;
  }

  /** The cached tenant; undefined if a lookup would have to read the catalog. */
  known(id: string): Tenant | undefined {
    return this.#catalog.bus.live ? this.#cache.peek({ by: 'id', value: id }) : undefined;
  }

  forget(): void {
    this.#cache.clear();
  }

  async #find(asked: Asked): Promise<Tenant | undefined> {
    return this.#catalog.bus.live ? this.#cache.get(asked) : (await this.#read([asked]))[0];
  }

  async #read(asked: readonly Asked[]): Promise<(Tenant | undefined)[]> {
    const rows = await this.#catalog.read((db) =>
      db.select(tenantColumns).from(organizations).innerJoin(tenantSchemas, servedSchema).where(isAnyOf(asked)),
    );
    const tenants = rows.map(tenantOf);
    const found = { id: new Map(tenants.map((tenant) => [tenant.id, tenant])), slug: bySlug(tenants) };
    return asked.map(({ by, value }) => found[by].get(value));
  }
}

const bySlug = (tenants: readonly Tenant[]) => new Map(tenants.map((tenant) => [tenant.slug, tenant]));

/** One condition for all requested tenants. */
function isAnyOf(asked: readonly Asked[]): SQL | undefined {
  const valuesOf = (by: Asked['by']) => sql.param(asked.flatMap((one) => (one.by === by ? [one.value] : [])));
  return or(
    sql`${organizations.id} = any(${valuesOf('id')}::uuid[])`,
    sql`${organizations.slug} = any(${valuesOf('slug')}::text[])`,
  );
}
