import type { Catalog } from '../tenancy/catalog.ts';
import type { Databases } from '../tenancy/databases/databases.ts';
import { type Installation, primaryDatabaseId } from '../tenancy/installation.ts';
import { Admins, type AdminWork } from './admins.ts';
import type { MigrationLines } from './schemas/migration-lines.ts';

/** What work on the tenants of an installation needs: the administrator's way in, the catalog, this build's migrations. */
export interface Fleet {
  /** In the primary database. */
  installation: Installation;
  /** Where tenants live, the primary database among them. */
  databases: Databases;
  catalog: Catalog;
  lines: MigrationLines;
  /** Sees every statement of the administrator's connections. */
  onStatement?: ((text: string) => void) | undefined;
}

type AdminAccess = Pick<Fleet, 'onStatement'> & { databases: Pick<Databases, 'installationOf'> };

/**
 * The administrator's way into one database: `databaseId` of a tenant's place, or the primary one. Using it throws
 * NOT_FOUND for a database that there is not, and what connecting throws.
 */
export const adminsOf = (fleet: AdminAccess, databaseId: string = primaryDatabaseId): Admins =>
  new Admins(() => fleet.databases.installationOf(databaseId), fleet.onStatement);

/** The administrator's ways into all databases, for work on tenants wherever they live. */
export const allAdminsOf = (fleet: Fleet): FleetAdmins => new FleetAdmins(fleet);

export class FleetAdmins implements AsyncDisposable {
  readonly #fleet: Fleet;
  readonly #databases = new Map<string, Admins>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** Those of one database. */
  of(databaseId: string): Admins {
    const known = this.#databases.get(databaseId) ?? adminsOf(this.#fleet, databaseId);
    this.#databases.set(databaseId, known);
    return known;
  }

  /** Lends a connection to the database where a place is. */
  at<T>(place: { databaseId: string }, work: AdminWork<T>): Promise<T> {
    return this.of(place.databaseId).use(work);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#databases.values()].map((admins) => admins[Symbol.asyncDispose]()));
  }
}
