import { eq } from 'drizzle-orm';
import { type Clock, isWithin, systemClock } from '../lib/clock.ts';
import type { Catalog } from './catalog.ts';
import type { TenantFinder } from './routing.ts';
import { organizations, tenantSchemas } from './tables.ts';
import { servedSchema, type Tenant, tenantColumns, tenantNotFound, tenantOf } from './tenant.ts';

export interface DirectoryOptions {
  catalog: Catalog;
  clock?: Clock;
  maxAgeMs?: number;
}

interface Entry {
  tenant: Promise<Tenant | undefined>;
  /** What was found, once it was. */
  found?: Tenant | undefined;
  loadedAt: number;
}

/**
 * Finds tenants. An answer is kept for 2 seconds at most, dropped when any organization changes, and not kept at all
 * while changes made by other processes are not heard.
 */
export class TenantDirectory implements TenantFinder {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #entries = new Map<string, Entry>();
  #hits = 0;
  #misses = 0;

  constructor({ catalog, clock = systemClock, maxAgeMs = 2_000 }: DirectoryOptions) {
    this.#catalog = catalog;
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
    // Organizations change rarely and their slugs may move: forgetting them all is simple, and always right
    catalog.bus.on('organization.changed', () => this.forget());
    catalog.bus.onDoubt(() => this.forget());
  }

  /** Entries kept now; lookups since the start that needed no question, and those that did. */
  get counts(): { kept: number; hits: number; misses: number } {
    return { kept: this.#entries.size, hits: this.#hits, misses: this.#misses };
  }

  findBySlug(slug: string): Promise<Tenant | undefined> {
    return this.#find(`slug ${slug}`, () => this.#load(eq(organizations.slug, slug)));
  }

  findById(id: string): Promise<Tenant | undefined> {
    return this.#find(`id ${id}`, () => this.#load(eq(organizations.id, id)));
  }

  /** Throws TENANT_NOT_FOUND. */
  async getBySlug(slug: string): Promise<Tenant> {
    const tenant = await this.findBySlug(slug);
    if (tenant === undefined) throw tenantNotFound();
    return tenant;
  }

  /** What a lookup would give without asking the catalog; undefined when it would have to ask. */
  known(id: string): Tenant | undefined {
    const entry = this.#entries.get(`id ${id}`);
    const isFresh = entry && isWithin(entry.loadedAt, this.#clock().getTime(), this.#maxAgeMs);
    return isFresh && this.#catalog.bus.live ? entry.found : undefined;
  }

  forget(): void {
    this.#entries.clear();
  }

  #find(key: string, load: () => Promise<Tenant | undefined>): Promise<Tenant | undefined> {
    if (!this.#catalog.bus.live) return load();
    const now = this.#clock().getTime();
    const known = this.#entries.get(key);
    if (known !== undefined && isWithin(known.loadedAt, now, this.#maxAgeMs)) {
      this.#hits++;
      return known.tenant;
    }
    this.#misses++;
    // Kept from the start of the load, so a change that happens meanwhile drops it too
    const entry: Entry = { tenant: load(), loadedAt: now };
    this.#entries.set(key, entry);
    // Failures and unknown names are not kept: the first must not last, the second are without number
    const drop = () => this.#entries.get(key) === entry && this.#entries.delete(key);
    entry.tenant.then((tenant) => {
      if (!tenant) return drop();
      entry.found = tenant;
      // Whoever was found by its slug is asked for by its id later on
      if (this.#entries.get(key) === entry) this.#entries.set(`id ${tenant.id}`, entry);
    }, drop);
    return entry.tenant;
  }

  #load(where: ReturnType<typeof eq>): Promise<Tenant | undefined> {
    return this.#catalog.read(async (db) => {
      const [row] = await db
        .select(tenantColumns)
        .from(organizations)
        .innerJoin(tenantSchemas, servedSchema)
        .where(where);
      return row && tenantOf(row);
    });
  }
}
