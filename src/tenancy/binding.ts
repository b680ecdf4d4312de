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

/** drizzle over one tenant's schema, bound in one transaction; the type for reads. */
export type TenantDb = PostgresJsDatabase<Relations> & { readonly [ofTenant]: true };

/** The same in a write transaction; the type for writes. */
export type TenantTx = TenantDb & {
  /** The organization's time zone; it decides which day it is. */
  readonly timeZone: string;
  /** Adds a hook that runs only after the commit. */
  onCommit(effect: () => void | Promise<void>): void;
  /** Runs a statement without drizzle; the rows are arrays. */
  run(text: string, parameters: readonly unknown[]): Promise<Answer>;
  /**
   * Sends a statement without waiting for its answer, in one packet with the statements that follow. If it fails, the
   * transaction fails with its error. What the program does next must not depend on it.
   */
  send(statement: BoundStatement): void;
};

/** The kind of caller, which decides the limits. */
export type RoleClass = 'interactive' | 'analyst' | 'integrator' | 'job';

export type LimitsByClass = Readonly<Record<RoleClass, Limits>>;

export const defaultLimits: LimitsByClass = {
  interactive: { statementMs: 10_000, lockMs: 3_000, idleMs: 10_000 },
  analyst: { statementMs: 30_000, lockMs: 3_000, idleMs: 10_000 },
  integrator: { statementMs: 20_000, lockMs: 3_000, idleMs: 10_000 },
  job: { statementMs: 300_000, lockMs: 10_000, idleMs: 60_000 },
};

export interface BindingOptions {
  /** The slots of the tenant's database, for its login there. `acquire` throws UNAVAILABLE if that database is down. */
  pools: { poolOf: (place: PlaceOfTenant) => SlotSource };
  limits?: LimitsByClass;
  /** Serves analysts' reads from a replica of the primary database. */
  replica?: ReadReplica;
  /** The current places of tenants that may be moved; if absent, tenants stay where the caller says. */
  places?: TenantPlaces;
  /** Which schemas this build can serve; if absent, it serves all. */
  fit?: SchemaFit;
}

export interface OpenOptions {
  roleClass?: RoleClass;
  signal?: AbortSignal;
  /** A change that a read session must see. */
  after?: ChangePosition | undefined;
  /** Whether statements are parsed again, after one was stale; see `afterMigration`. */
  fresh?: boolean;
}

/** Opens sessions of tenants. The only code that turns a tenant into a search_path and a role. */
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
   * Takes no slot before the first statement. A write session waits for its slot while the tenant's writes are paused;
   * see `afterMove` for the errors that follow. Throws if the tenant may not be served.
   */
  open(tenant: Tenant, access: 'read' | 'write', options: OpenOptions = {}): TenantSession {
    const current = this.#places?.current(tenant) ?? tenant;
    requireServable(current);
    const fits = this.#fit?.known(current);
    if (fits === false) throw migrating();
    return this.#open(current, access, options, fits ? undefined : this.#fit);
  }

  /** See `TenantPlaces.afterMove`. */
  async afterMove(tenant: Tenant, error: unknown, signal?: AbortSignal): Promise<Tenant | undefined> {
    return await this.#places?.afterMove(tenant, error, signal);
  }

  /** Runs the function in one read-only snapshot of the tenant. Runs it again if a statement turned out stale. */
  async read<T>(tenant: Tenant, fn: (db: TenantDb) => Promise<T>, options?: OpenOptions): Promise<T> {
    const latest = await this.#latest(tenant);
    return afterMigration((fresh) => {
      const session = this.open(latest, 'read', { ...options, fresh });
      return session.run(() => fn(session.db));
    });
  }

  /**
   * Runs the function in one transaction of the tenant; commits when it returns, rolls back when it throws. Runs it
   * again at the new place if the tenant was moved meanwhile, and once more if a statement turned out stale.
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

  /** The same for an organization that is still being provisioned. */
  async prepare<T>(tenant: Tenant, fn: (tx: TenantTx) => Promise<T>): Promise<T> {
    const session = this.#open(tenant, 'write', { roleClass: 'job' });
    return await session.run(() => fn(session.tx));
  }

  /** Jobs keep a `Tenant` for long; the tenant may have moved since. */
  async #latest(tenant: Tenant): Promise<Tenant> {
    return (await this.#places?.latest(tenant)) ?? tenant;
  }

  /** `fit` is checked when the session gets its slot. */
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

/** One operation's access to one tenant. Commit or rollback ends it. */
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

  /** The same facade for writing. Throws if the session was opened for reading. */
  get tx(): TenantTx {
    if (this.access !== 'write') throw new Error('This session was opened for reading');
    this.#tx ??= transactionOver(this.#session, this.tenant);
    return this.#tx;
  }

  /** Runs the only statement of a read session and ends the session; the rows are bytes of text. */
  readOnce(text: string, parameters: readonly unknown[], planning?: Planning): Promise<Answer> {
    return this.#session.readOnce(text, parameters, planning);
  }

  /** Runs a statement without drizzle; the rows are arrays. */
  runWritten(text: string, parameters: readonly unknown[]): Promise<Answer> {
    return this.#session.run(text, parameters);
  }

  /** Whether a statement has requested a connection. */
  get bound(): boolean {
    return this.#session.bound;
  }

  /** How many statements were sent, without those that open and end the session. */
  get statements(): number {
    return this.#session.statements;
  }

  onCommit(effect: () => void | Promise<void>): void {
    this.#session.onCommit(effect);
  }

  /** Waits for the answers to pipelined statements. Throws the error of the first one that failed. */
  settled(): Promise<void> {
    return this.#session.settled();
  }

  /** Whether a pipelined statement failed, once `settled`, `commit` or `commitPipelined` threw. */
  get sentFailed(): boolean {
    return this.#session.sentFailed;
  }

  /** The error of a failed pipelined statement, because later errors follow from it; otherwise the given error. */
  causeOf(error: unknown): Promise<unknown> {
    return this.#session.causeOf(error);
  }

  commit(): Promise<void> {
    return this.#session.commit();
  }

  /** The same in one packet with the statements sent last. Nothing may be sent afterwards. */
  commitPipelined(): Promise<void> {
    return this.#session.commitPipelined();
  }

  rollback(): Promise<void> {
    return this.#session.rollback();
  }

  /** Runs `work`, then commits; rolls back if it throws. */
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

/** A transaction's own methods in front of drizzle, which is created on first use: most changes do not need it. */
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
