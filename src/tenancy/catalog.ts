import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { type CatalogRelations, catalogRelations } from '../catalog-relations.ts';
import { retryTransaction } from '../db/retry-transaction.ts';
import { type Limits, Session } from '../db/session.ts';
import type { SlotPool } from '../db/slot-pool.ts';
import { InvalidationBus } from './invalidation-bus.ts';

declare const ofCatalog: unique symbol;

/** drizzle over the catalog's schema, in one snapshot. */
export type CatalogDb = PostgresJsDatabase<CatalogRelations> & { readonly [ofCatalog]: true };

/** The same in a write transaction. Hooks wait for its commit. */
export type CatalogTx = CatalogDb & {
  onCommit(effect: () => void | Promise<void>): void;
  /** Invalidates the caches of this process; use the notify functions of `invalidation.ts`. */
  readonly bus: InvalidationBus;
};

export interface CatalogOptions {
  /** Own slots, so that tenants cannot use up the slots that routing and sign-in need. One key may hold all of them. */
  pool: SlotPool;
  /** The role that catalog sessions run as. */
  role: string;
  bus?: InvalidationBus;
  limits?: Limits;
}

const defaultLimits: Limits = { statementMs: 5_000, lockMs: 3_000, idleMs: 10_000 };

/** Opens sessions on the data that all tenants share: organizations, users, sign-in sessions. */
export class Catalog {
  readonly bus: InvalidationBus;
  readonly #options: CatalogOptions;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.bus = options.bus ?? new InvalidationBus();
  }

  /** Runs the function in one read-only snapshot. Throws as Session does. */
  async read<T>(fn: (db: CatalogDb) => Promise<T>, options: { signal?: AbortSignal | undefined } = {}): Promise<T> {
    return await retryTransaction(({ fresh }) => {
      const session = this.#session('read', options.signal, fresh);
      return session.transact(() => fn(session.db as CatalogDb));
    });
  }

  /**
   * Runs the function in one transaction; commits when it returns, rolls back when it throws. Runs it again if a
   * statement turned out stale.
   */
  async write<T>(fn: (tx: CatalogTx) => Promise<T>, options: { signal?: AbortSignal | undefined } = {}): Promise<T> {
    return await retryTransaction(({ fresh }) => {
      const session = this.#session('write', options.signal, fresh);
      const onCommit = (effect: () => void | Promise<void>) => session.onCommit(effect);
      const tx = Object.assign(session.db, { onCommit, bus: this.bus }) as unknown as CatalogTx;
      return session.transact(() => fn(tx));
    });
  }

  #session(access: 'read' | 'write', signal: AbortSignal | undefined, fresh: boolean): Session<CatalogRelations> {
    const { pool, role, limits = defaultLimits } = this.#options;
    const scope = { key: 'catalog', searchPath: ['catalog', 'extensions'], role, access, limits, fresh };
    return new Session(pool, scope, catalogRelations, { signal });
  }
}
