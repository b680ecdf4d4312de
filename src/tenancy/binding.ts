import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { afterMigration } from '../db/after-migration.ts';
import type { BoundStatement } from '../db/pipelined-statements.ts';
import { type Limits, type Planning, type Scope, Session } from '../db/session.ts';
import type { Answer } from '../db/slot.ts';
import type { SlotSource } from '../db/slot-pool.ts';
import { type Relations, relations } from '../relations.ts';
import type { PlaceOfTenant } from './databases/tenant-pools.ts';
import { primaryDatabaseId } from './installation.ts';
import type { ChangePosition, ReadReplica } from './read-replica.ts';
import { fittingSlots, migrating, type SchemaFit } from './schema-fit.ts';
import { requireServable, type Tenant } from './tenant.ts';
import type { TenantPlaces } from './tenant-places.ts';

declare const ofTenant: unique symbol;

/** drizzle over one tenant's schema, bound in one transaction: what reads take. */
export type TenantDb = PostgresJsDatabase<Relations> & { readonly [ofTenant]: true };

/** The same in a writing transaction: what writes take. */
export type TenantTx = TenantDb & {
  /** Where the organization is: it decides which day it is. */
  readonly timeZone: string;
  /** For what may only happen once the transaction is saved. */
  onCommit(effect: () => void | Promise<void>): void;
  /** Runs a statement as it is written; its rows come as arrays. */
  run(text: string, parameters: readonly unknown[]): Promise<Answer>;
  /**
   * The same without waiting for the answer: the statement travels in one packet with what is sent next. If it fails, the
   * transaction fails with its error. What the program does afterwards must not depend on it.
   */
  send(statement: BoundStatement): void;
};

/** Who asks, as far as limits go. */
export type RoleClass = 'interactive' | 'analyst' | 'integrator' | 'job';

export type LimitsByClass = Readonly<Record<RoleClass, Limits>>;

export const defaultLimits: LimitsByClass = {
  interactive: { statementMs: 10_000, lockMs: 3_000, idleMs: 10_000 },
  analyst: { statementMs: 30_000, lockMs: 3_000, idleMs: 10_000 },
  integrator: { statementMs: 20_000, lockMs: 3_000, idleMs: 10_000 },
  job: { statementMs: 300_000, lockMs: 10_000, idleMs: 60_000 },
};

export interface BindingOptions {
  /** The slots of the database where a tenant lives, and of its login there. Getting one throws UNAVAILABLE when it is away. */
  pools: { poolOf: (place: PlaceOfTenant) => SlotSource };
  limits?: LimitsByClass;
  /** Serves what analysts read of the primary database. */
  replica?: ReadReplica;
  /** Where tenants are now, while they may be moved; absent, they stay where the caller says. */
  places?: TenantPlaces;
  /** Which schemas this build can serve; absent, it takes all for its own. */
  fit?: SchemaFit;
}

export interface OpenOptions {
  roleClass?: RoleClass;
  signal?: AbortSignal;
  /** A change that a reading session must see. */
  after?: ChangePosition | undefined;
  /** Whether statements are parsed again: after one was stale, see `afterMigration`. */
  fresh?: boolean;
}

/** Opens sessions of tenants: the one place where a tenant becomes a search_path and a role. */
export class TenantBinding {
  readonly #pools: BindingOptions['pools'];
  readonly #limits: LimitsByClass;
  readonly #replica: ReadReplica | undefined;
  readonly #places: TenantPlaces | undefined;
  readonly #fit: SchemaFit | undefined;

  constructor({ pools, limits = defaultLimits, replica, places, fit }: BindingOptions) {
    this.#pools = pools;
    this.#limits = limits;
    this.#replica = replica;
    this.#places = places;
    this.#fit = fit;
  }

  /**
   * Nothing leaves the pool before the first statement. A writing session of a tenant whose writes are held waits there;
   * see `afterMove` for what it may fail of. Throws when the tenant may not be served.
   */
  open(tenant: Tenant, access: 'read' | 'write', options: OpenOptions = {}): TenantSession {
    const current = this.#places?.current(tenant) ?? tenant;
    requireServable(current);
    const fits = this.#fit?.known(current);
    if (fits === false) throw migrating();
    return this.#open(current, access, options, fits ? undefined : this.#fit);
  }

  /** See TenantPlaces. */
  async afterMove(tenant: Tenant, error: unknown, signal?: AbortSignal): Promise<Tenant | undefined> {
    return await this.#places?.afterMove(tenant, error, signal);
  }

  /** Runs the function in one read-only snapshot of the tenant; again when a table was changed under its statements. */
  async read<T>(tenant: Tenant, fn: (db: TenantDb) => Promise<T>, options?: OpenOptions): Promise<T> {
    const latest = await this.#latest(tenant);
    return afterMigration((fresh) => {
      const session = this.open(latest, 'read', { ...options, fresh });
      return session.run(() => fn(session.db));
    });
  }

  /**
   * Runs the function in one transaction of the tenant; commits when it returns, rolls back when it throws. It runs again, at
   * the new place, when the tenant was moved under it, and when a table was changed under its statements.
   */
  async write<T>(tenant: Tenant, fn: (tx: TenantTx) => Promise<T>, options?: OpenOptions): Promise<T> {
    const attempt = (current: Tenant): Promise<T> =>
      afterMigration((fresh) => {
        const session = this.open(current, 'write', { ...options, fresh });
        return session.run(() => fn(session.tx));
      });
    const latest = await this.#latest(tenant);
    try {
      return await attempt(latest);
    } catch (error) {
      const moved = await this.afterMove(latest, error, options?.signal);
      if (!moved) throw error;
      return await attempt(moved);
    }
  }

  /** The same for an organization that is not whole yet: for the one who is provisioning it. */
  async prepare<T>(tenant: Tenant, fn: (tx: TenantTx) => Promise<T>): Promise<T> {
    const session = this.#open(tenant, 'write', { roleClass: 'job' });
    return await session.run(() => fn(session.tx));
  }

  /** Jobs hold a tenant for long: it may live elsewhere by now. */
  async #latest(tenant: Tenant): Promise<Tenant> {
    return (await this.#places?.latest(tenant)) ?? tenant;
  }

  /** `fit` is asked when the session gets its slot. */
  #open(tenant: Tenant, access: 'read' | 'write', options: OpenOptions, fit?: SchemaFit): TenantSession {
    const { roleClass = 'interactive', signal, after, fresh = false } = options;
    const scope: Scope = {
      key: tenant.schemaName,
      searchPath: [tenant.schemaName, 'extensions'],
      role: tenant.roleName,
      access,
      limits: this.#limits[roleClass],
      fresh,
    };
    const all = this.#pools.poolOf(tenant);
    const pool = access === 'write' && this.#places ? this.#places.writing(tenant, all) : all;
    const ofReplica = access === 'read' && roleClass === 'analyst' && tenant.databaseId === primaryDatabaseId;
    const source = (ofReplica && this.#replica?.sourceOf(scope, pool, after)) || pool;
    const slots = fit ? fittingSlots(fit, tenant, source) : source;
    return new TenantSession(tenant, access, new Session(slots, scope, relations, { signal }));
  }
}

/** One operation's door to one tenant. Commit or rollback ends it. */
export class TenantSession {
  readonly tenant: Tenant;
  readonly access: 'read' | 'write';
  readonly #session: Session<Relations>;
  #tx: TenantTx | undefined;

  constructor(tenant: Tenant, access: 'read' | 'write', session: Session<Relations>) {
    this.tenant = tenant;
    this.access = access;
    this.#session = session;
  }

  get db(): TenantDb {
    return this.#session.db as TenantDb;
  }

  /** The same facade, for writing. A session opened for reading has none. */
  get tx(): TenantTx {
    if (this.access !== 'write') throw new Error('This session was opened for reading');
    this.#tx ??= transactionOver(this.#session, this.tenant);
    return this.#tx;
  }

  /** Runs the one statement of a reading session and ends it; its rows come as bytes of text. */
  readOnce(text: string, parameters: readonly unknown[], planning?: Planning): Promise<Answer> {
    return this.#session.readOnce(text, parameters, planning);
  }

  /** Runs a statement as it is written; its rows come as arrays. */
  runWritten(text: string, parameters: readonly unknown[]): Promise<Answer> {
    return this.#session.run(text, parameters);
  }

  /** Whether a statement has taken a connection. */
  get bound(): boolean {
    return this.#session.bound;
  }

  /** How many statements were sent, without those that bind and end the session. */
  get statements(): number {
    return this.#session.statements;
  }

  onCommit(effect: () => void | Promise<void>): void {
    this.#session.onCommit(effect);
  }

  /** Waits for what was sent without waiting. Throws what the first of that failed of. */
  settled(): Promise<void> {
    return this.#session.settled();
  }

  /** Whether what was sent without waiting failed, once `settled`, `commit` or `commitPipelined` threw. */
  get sentFailed(): boolean {
    return this.#session.sentFailed;
  }

  /** What an error of the work came from: something that was sent before it, or the error itself. */
  causeOf(error: unknown): Promise<unknown> {
    return this.#session.causeOf(error);
  }

  commit(): Promise<void> {
    return this.#session.commit();
  }

  /** The same in one packet with what was sent last: nothing may follow. */
  commitPipelined(): Promise<void> {
    return this.#session.commitPipelined();
  }

  rollback(): Promise<void> {
    return this.#session.rollback();
  }

  /** Does the work, then commits; rolls back when it throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await work();
    } catch (error) {
      const cause = await this.causeOf(error);
      await this.rollback();
      throw cause;
    }
    await this.commit();
    return result;
  }
}

/** What a transaction has beside drizzle, which is made when it is first asked for: most changes do without. */
function transactionOver(session: Session<Relations>, { timeZone }: Tenant): TenantTx {
  const own = {
    timeZone,
    onCommit: (effect: () => void | Promise<void>) => session.onCommit(effect),
    run: (text: string, parameters: readonly unknown[]) => session.run(text, parameters),
    send: ({ text, parameters, handlers }: BoundStatement) => session.send(text, parameters, handlers),
  };
  return new Proxy(own, {
    get: (_own, key) => Reflect.get(Object.hasOwn(own, key) ? own : session.db, key) as unknown,
  }) as unknown as TenantTx;
}
