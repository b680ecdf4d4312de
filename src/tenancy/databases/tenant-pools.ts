import { databaseError, toAppError } from '../../db/pg-errors.ts';
import type { SlotPool, SlotSource } from '../../db/slot-pool.ts';
import type { SlotPoolStats } from '../../db/slot-pool-stats.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { urlAs } from '../app-login.ts';
import { type Installation, primaryDatabaseId } from '../installation.ts';
import type { InvalidationBus } from '../invalidation-bus.ts';
import type { Database, Databases } from './databases.ts';

/** A tenant's database, and its role there. */
export interface PlaceOfTenant {
  databaseId: string;
  roleName: string;
}

export interface TenantPoolsOptions {
  primary: SlotPool;
  databases: Databases;
  /** Creates a pool for one login of a further database, without connecting yet. */
  open(to: Pick<Installation, 'appUrl' | 'otherPasswords' | 'lookup'>): SlotPool;
  bus: InvalidationBus;
  logger: Logger;
  /** Most pools of further databases that may be open at once. */
  most: number;
  /** A pool that was not used for this long is closed; milliseconds. */
  idleMs?: number;
}

interface Entry {
  pool: SlotPool;
  databaseId: string;
  url: string;
  /** Sessions that are acquiring a slot. */
  entering: number;
  usedAt: number;
}

/**
 * The slots of every database with tenants: one pool per database, or one per tenant's login in a dedicated database.
 * Pools of further databases are opened when needed, limited in number, and closed when idle or when their database
 * gets another URL.
 */
export class TenantPools implements AsyncDisposable {
  readonly #options: TenantPoolsOptions;
  readonly #idleMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: TenantPoolsOptions) {
    this.#options = options;
    this.#idleMs = options.idleMs ?? 5 * 60_000;
    this.#timer = setInterval(() => this.#closeIdle(), this.#idleMs / 5).unref();
    options.bus.on('database.changed', ({ databaseId }) => void this.#follow(databaseId));
  }

  /** Number of open pools of further databases. */
  get size(): number {
    return this.#entries.size;
  }

  /** The open pools with their database ids; a dedicated database may have one for each of its tenants. */
  stats(): [databaseId: string, stats: SlotPoolStats][] {
    const further = [...this.#entries.values()].map(({ databaseId, pool }) => [databaseId, pool.stats()] as const);
    return [
      [primaryDatabaseId, this.#options.primary.stats()],
      ...further.map(([id, stats]): [string, SlotPoolStats] => [id, stats]),
    ];
  }

  /** The slots for a tenant's sessions. Does not connect yet; `acquire` throws UNAVAILABLE if the database is down. */
  poolOf(place: PlaceOfTenant): SlotSource {
    if (place.databaseId === primaryDatabaseId) return this.#options.primary;
    return {
      logger: this.#options.logger,
      acquire: async (key, signal) => {
        const entry = this.#enter(place, await this.#options.databases.get(place.databaseId));
        try {
          return await entry.pool.acquire(key, signal);
        } catch (error) {
          throw ofItsDatabase(error);
        } finally {
          entry.entering--;
          entry.usedAt = performance.now();
        }
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const key of [...this.#entries.keys()]) this.#close(key);
    await Promise.all(this.#closing);
  }

  #enter(place: PlaceOfTenant, { id, state, installation }: Database): Entry {
    if (state === 'RETIRED') throw ofItsDatabase(databaseError('UNAVAILABLE'));
    const login = installation.loginFor?.(place.roleName);
    const { lookup } = installation;
    const to = login
      ? { appUrl: urlAs(installation.appUrl, login), otherPasswords: login.otherPasswords, lookup }
      : installation;
    const key = `${id} ${login?.role ?? ''}`;
    const known = this.#entries.get(key);
    if (known && known.url !== to.appUrl) this.#close(key);
    const entry = this.#entries.get(key) ?? this.#open(key, id, to);
    entry.entering++;
    return entry;
  }

  #open(key: string, databaseId: string, to: Pick<Installation, 'appUrl' | 'otherPasswords' | 'lookup'>): Entry {
    this.#makeRoom();
    const entry = { pool: this.#options.open(to), databaseId, url: to.appUrl, entering: 0, usedAt: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  /** Closes the least recently used pool. Throws UNAVAILABLE if all are in use. */
  #makeRoom(): void {
    if (this.#entries.size < this.#options.most) return;
    const free = [...this.#entries].filter(([, entry]) => isFree(entry));
    const [oldest] = free.sort(([, a], [, b]) => a.usedAt - b.usedAt);
    if (!oldest) throw databaseError('UNAVAILABLE', undefined, 'Too many databases are in use at once; try again');
    this.#close(oldest[0]);
  }

  #closeIdle(): void {
    const before = performance.now() - this.#idleMs;
    for (const [key, entry] of this.#entries) if (isFree(entry) && entry.usedAt < before) this.#close(key);
  }

  /** After a change of a database: running sessions end on their old connections, later ones use the new URL. */
  async #follow(databaseId: string): Promise<void> {
    const keys = [...this.#entries].filter(([, entry]) => entry.databaseId === databaseId).map(([key]) => key);
    if (keys.length === 0) return;
    const database = await this.#options.databases.get(databaseId).catch(() => undefined);
    const host = database && hostOf(database.installation.appUrl);
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry && (database?.state === 'RETIRED' || hostOf(entry.url) !== host)) this.#close(key);
    }
  }

  #close(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    const closed = entry.pool[Symbol.asyncDispose]().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

/** Where a URL leads, without the login. */
function hostOf(url: string): string {
  const { host, pathname, search } = new URL(url);
  return `${host}${pathname}${search}`;
}

function isFree({ pool, entering }: Entry): boolean {
  const { busy, waiting, quarantined } = pool.stats();
  return entering + busy + waiting + quarantined === 0;
}

/** Says that only this organization's database is down. */
function ofItsDatabase(error: unknown): unknown {
  const known = toAppError(error);
  if (known?.code !== 'UNAVAILABLE') return error;
  const message = "This organization's database is not available; try again later";
  return new AppError('UNAVAILABLE', message, { retryAfter: 5, ...known.details }, { cause: error });
}
