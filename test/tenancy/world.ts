import { Listener } from '../../src/db/listener.ts';
import { SlotPool } from '../../src/db/slot-pool.ts';
import { adminsOf, type Fleet } from '../../src/fleet/fleet.ts';
import { bootstrap } from '../../src/fleet/schemas/bootstrap.ts';
import { migrateDatabase } from '../../src/fleet/schemas/migrate-database.ts';
import type { MigrationLines } from '../../src/fleet/schemas/migration-lines.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { Seal } from '../../src/lib/seal.ts';
import { TenantBinding } from '../../src/tenancy/binding.ts';
import { Catalog } from '../../src/tenancy/catalog.ts';
import { databaseNetwork } from '../../src/tenancy/databases/database-url.ts';
import { Databases } from '../../src/tenancy/databases/databases.ts';
import type { Installation } from '../../src/tenancy/installation.ts';
import { invalidationChannel } from '../../src/tenancy/invalidation-bus.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import type { ProvisionOptions } from '../../src/tenancy/tenant-lifecycle.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

export const secret = 'a secret of the tests, long enough to be one';

type StatementHook = (text: string) => void;

/** An installation in a database of its own, as one process of the program sees it. */
export class World implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly installation: Installation;
  readonly pool: SlotPool;
  readonly catalog: Catalog;
  readonly binding: TenantBinding;
  readonly fleet: Fleet;
  readonly #resources = new AsyncDisposableStack();
  #owned: TestDatabase | undefined;

  private constructor(database: TestDatabase, installation: Installation, lines: MigrationLines, hook?: StatementHook) {
    this.database = database;
    this.installation = installation;
    const { appUrl: url, roles } = installation;
    this.pool = this.#resources.use(new SlotPool({ url, size: 6, maxPerKey: 6, ...(hook && { onStatement: hook }) }));
    this.catalog = new Catalog({ pool: this.pool, role: roles.catalog });
    this.binding = new TenantBinding({ pools: { poolOf: () => this.pool } });
    const parts = {
      catalog: this.catalog,
      installation,
      seal: new Seal(secret),
      secret,
      network: databaseNetwork([], []),
    };
    const databases = new Databases(parts);
    this.fleet = { installation, databases, catalog: this.catalog, lines, onStatement: hook };
  }

  /** A fresh database with everything but tenants. */
  static async create(lines: MigrationLines): Promise<World> {
    const database = await createDatabase();
    const world = await World.open(database, await bootstrap({ adminUrl: database.url, secret }), lines);
    world.#owned = database;
    return world;
  }

  /** An installation that was bootstrapped already, without tables; its database belongs to the caller. */
  static of(database: TestDatabase, installation: Installation, lines: MigrationLines): World {
    return new World(database, installation, lines);
  }

  /** The same, with the tables of the catalog. */
  static async open(database: TestDatabase, installation: Installation, lines: MigrationLines): Promise<World> {
    const world = new World(database, installation, lines);
    await using admins = adminsOf(world.fleet);
    await admins.use((admin) => migrateDatabase(admin, installation, lines));
    return world;
  }

  /** The same installation through connections and caches of its own, its statements watched. */
  anotherProcess(hook?: StatementHook, lines = this.fleet.lines): World {
    return new World(this.database, this.installation, lines, hook);
  }

  provision(name: string, options?: ProvisionOptions): Promise<Tenant> {
    return provisionTenant(this.fleet, organizationNamed(name), options);
  }

  listen(): Listener {
    const listener = this.#resources.use(new Listener({ url: this.installation.appUrl, channel: invalidationChannel }));
    this.catalog.bus.connect(listener);
    return listener;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
    await this.#owned?.drop();
  }
}

export const organizationNamed = (name: string) => ({
  name,
  timeZone: 'Europe/Paris',
  locale: 'fr-FR',
  currency: 'EUR',
});
