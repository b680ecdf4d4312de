import { asc, eq } from 'drizzle-orm';
import { type Clock, isWithin, systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Seal } from '../../lib/seal.ts';
import { ownLogin } from '../app-login.ts';
import type { Catalog } from '../catalog.ts';
import { appLoginOf, type Installation, primaryDatabaseId, rolesOf } from '../installation.ts';
import { databases } from '../tables.ts';
import type { DatabaseNetwork } from './database-url.ts';

export type DatabaseRow = typeof databases.$inferSelect;

/** A database of the installation, and how to connect to it. */
export interface Database extends Pick<DatabaseRow, 'id' | 'name' | 'kind' | 'state'> {
  readonly installation: Installation;
}

export interface DatabasesOptions {
  catalog: Catalog;
  /** The installation in the primary database, which always exists. */
  installation: Installation;
  seal: Seal;
  /** The passwords of the program's own logins are derived from it. */
  secret: string;
  /** The other secrets of a rotation: a login may still, or already, have a password of theirs. */
  otherSecrets?: readonly string[] | undefined;
  network: DatabaseNetwork;
  clock?: Clock;
  maxAgeMs?: number;
}

interface Entry {
  database: Promise<Database>;
  loadedAt: number;
}

/** The context that a database's URL is sealed with. */
export const urlContext = (databaseId: string, whose: 'app' | 'admin'): string =>
  `url of database ${databaseId} ${whose}`;

/**
 * The databases of the installation by id. Entries are cached for 2 seconds, dropped when a database changes, and not
 * cached while notifications from other processes do not arrive.
 */
export class Databases {
  readonly #options: DatabasesOptions;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #entries = new Map<string, Entry>();

  constructor(options: DatabasesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#maxAgeMs = options.maxAgeMs ?? 2_000;
    options.catalog.bus.on('database.changed', ({ databaseId }) => this.#entries.delete(databaseId));
    options.catalog.bus.onDoubt(() => this.#entries.clear());
  }

  get network(): DatabaseNetwork {
    return this.#options.network;
  }

  get seal(): Seal {
    return this.#options.seal;
  }

  get secret(): string {
    return this.#options.secret;
  }

  get otherSecrets(): readonly string[] {
    return this.#options.otherSecrets ?? [];
  }

  /**
   * How the program is installed in a database. Throws NOT_FOUND for an unknown one, INVALID_STATE for a retired one.
   */
  async installationOf(databaseId: string): Promise<Installation> {
    if (databaseId === primaryDatabaseId) return this.#options.installation;
    const { name, state, installation } = await this.get(databaseId);
    if (state === 'RETIRED')
      throw new AppError('INVALID_STATE', `The database ${name} is retired: nobody connects to it`);
    return installation;
  }

  /** Whether nobody connects to a database any more. */
  async isRetired(databaseId: string): Promise<boolean> {
    return (await this.get(databaseId)).state === 'RETIRED';
  }

  /** Throws NOT_FOUND. The primary database needs no lookup. */
  get(databaseId: string): Promise<Database> {
    if (databaseId === primaryDatabaseId) return Promise.resolve(this.#primary());
    const now = this.#clock().getTime();
    const known = this.#entries.get(databaseId);
    if (this.#options.catalog.bus.live && known && isWithin(known.loadedAt, now, this.#maxAgeMs)) return known.database;
    const entry = { database: this.#load(databaseId), loadedAt: now };
    if (!this.#options.catalog.bus.live) return entry.database;
    this.#entries.set(databaseId, entry);
    entry.database.catch(() => this.#entries.get(databaseId) === entry && this.#entries.delete(databaseId));
    return entry.database;
  }

  /** The databases that hold or may hold tenants: all but retired ones, the primary first, the others by name. */
  async list(): Promise<Database[]> {
    const rows = await this.#options.catalog.read((db) => db.select().from(databases).orderBy(asc(databases.name)));
    const further = rows.filter(({ kind, state }) => kind !== 'PRIMARY' && state !== 'RETIRED');
    return [this.#primary(), ...further.map((row) => this.open(row))];
  }

  /** The database of this name. Throws NOT_FOUND, also for a retired one. */
  async getByName(name: string): Promise<Database> {
    const found = (await this.list()).find((database) => database.name === name);
    if (!found) throw new AppError('NOT_FOUND', `There is no database ${name}`);
    return found;
  }

  /** Unseals the URLs of a row. */
  open(row: DatabaseRow): Database {
    const { id, name, kind, state, sealedUrl } = row;
    if (sealedUrl === null) return this.#primary();
    const { seal, installation, network } = this.#options;
    const appUrl = seal.open(sealedUrl, urlContext(id, 'app'));
    const adminUrl = row.sealedAdminUrl === null ? appUrl : seal.open(row.sealedAdminUrl, urlContext(id, 'admin'));
    const { username, hostname } = new URL(appUrl);
    const login = decodeURIComponent(username);
    const roles = rolesOf(installation.prefix, login);
    const found = {
      databaseId: id,
      prefix: installation.prefix,
      adminUrl,
      appUrl,
      ...(login === appLoginOf(installation.prefix, id) && { otherPasswords: this.#passwordsOf(login) }),
      roles,
      lookup: network.guard.lookupFor(hostname),
    };
    return { id, name, kind, state, installation: this.servedAs(kind, found) };
  }

  /** The installation of a database of this kind: in a dedicated one, each tenant has a login of its own. */
  servedAs(kind: DatabaseRow['kind'], installation: Installation): Installation {
    if (kind !== 'DEDICATED') return installation;
    const { secret } = this.#options;
    return { ...installation, loginFor: (roleName) => ownLogin(secret, `${roleName}_login`, this.otherSecrets) };
  }

  /** The passwords that a login of our own may have beside that of its sealed URL; none unless secrets are replaced. */
  #passwordsOf(login: string): readonly string[] {
    if (this.otherSecrets.length === 0) return [];
    const { password, otherPasswords } = ownLogin(this.#options.secret, login, this.otherSecrets);
    return [password, ...otherPasswords];
  }

  #primary(): Database {
    return {
      id: primaryDatabaseId,
      name: 'primary',
      kind: 'PRIMARY',
      state: 'READY',
      installation: this.#options.installation,
    };
  }

  async #load(id: string): Promise<Database> {
    const [row] = await this.#options.catalog.read((db) => db.select().from(databases).where(eq(databases.id, id)));
    if (!row) throw new AppError('NOT_FOUND', 'There is no such database');
    return this.open(row);
  }
}
