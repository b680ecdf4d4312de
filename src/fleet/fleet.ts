import type { Catalog } from '../tenancy/catalog.ts';
import type { Databases } from '../tenancy/databases/databases.ts';
import { type Installation, primaryDatabaseId } from '../tenancy/installation.ts';
import { Admins, type AdminWork } from './admins.ts';
import type { MigrationLines } from './schemas/migration-lines.ts';

/**
 * The dependencies of work on an installation's tenants: administrator's access, the catalog, this build's migrations.
 */
export interface Fleet {
  /** The installation in the primary database. */
  installation: Installation;
  /** Where tenants live, the primary database among them. */
  databases: Databases;
  catalog: Catalog;
  lines: MigrationLines;
  /** Called with every statement of the administrator's connections. */
  onStatement?: ((text: string) => void) | undefined;
}

type AdminAccess = Pick<Fleet, 'onStatement'> & { databases: Pick<Databases, 'installationOf'> };

/**
 * The administrator's connections to one database: `databaseId` of a tenant's place, by default the primary database.
 * Their use throws NOT_FOUND for an unknown database, and errors of connecting.
 */
export const adminsOf = (fleet: AdminAccess, databaseId: string = primaryDatabaseId): Admins =>
  new Admins(() => fleet.databases.installationOf(databaseId), fleet.onStatement);

/** The administrator's connections to all databases, for work on tenants in any place. */
export const allAdminsOf = (fleet: Fleet): FleetAdmins => new FleetAdmins(fleet);

export class FleetAdmins implements AsyncDisposable {
  readonly #fleet: Fleet;
  readonly #databases = new Map<string, Admins>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** The connections to one database. */
  of(databaseId: string): Admins {
    const known = this.#databases.get(databaseId) ?? adminsOf(this.#fleet, databaseId);
    this.#databases.set(databaseId, known);
    return known;
  }

  /** Lends a connection to the database of a place. */
  at<T>(place: { databaseId: string }, work: AdminWork<T>): Promise<T> {
    return this.of(place.databaseId).use(work);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#databases.values()].map((admins) => admins[Symbol.asyncDispose]()));
  }
}
