import { retryTransaction } from '../db/retry-transaction.ts';
import type { Limits, Scope } from '../db/session.ts';
import type { SlotSource } from '../db/slot-pool.ts';
import type { PlaceOfTenant } from './databases/tenant-pools.ts';
import { primaryDatabaseId } from './installation.ts';
import type { ChangePosition, ReadReplica } from './read-replica.ts';
import type { ReportShares } from './report-share.ts';
import { fittingSlots, migrating, type SchemaFit } from './schema-fit.ts';
import { requireServable, type Tenant } from './tenant.ts';
import type { TenantPlaces } from './tenant-places.ts';
import { type TenantDb, TenantSession, type TenantTx } from './tenant-session.ts';

/** The kind of caller, which decides the limits. */
export type RoleClass = 'interactive' | 'analyst' | 'export' | 'integrator' | 'job';

export type LimitsByClass = Readonly<Record<RoleClass, Limits>>;

export const defaultLimits: LimitsByClass = {
  interactive: { statementMs: 10_000, lockMs: 3_000, idleMs: 10_000 },
  analyst: { statementMs: 30_000, lockMs: 3_000, idleMs: 10_000 },
  // Between two batches it waits for its client
  export: { statementMs: 30_000, lockMs: 3_000, idleMs: 60_000 },
  integrator: { statementMs: 20_000, lockMs: 3_000, idleMs: 10_000 },
  job: { statementMs: 300_000, lockMs: 10_000, idleMs: 60_000 },
};

export interface BindingOptions {
  /** The slots of the tenant's database, for its login there. `acquire` throws UNAVAILABLE if that database is down. */
  pools: { poolOf: (place: PlaceOfTenant) => SlotSource };
  limits?: LimitsByClass;
  /** Serves analysts' reads from a replica of the primary database. */
  replica?: ReadReplica;
  /** Bounds the connections that reports hold; if absent, nothing does. */
  reports?: ReportShares;
  /** The current places of tenants that may be moved; if absent, tenants stay where the caller says. */
  places?: TenantPlaces;
  /** Which schemas this build can serve; if absent, it serves all. */
  fit?: SchemaFit;
  /** Called with the id of the organization after each commit of a write session. */
  onCommit?: (organizationId: string, tx: Pick<TenantTx, 'hasNewJobs'>) => void;
}

export interface OpenOptions {
  roleClass?: RoleClass;
  signal?: AbortSignal;
  /** Called when the session gets a connection; returns what to call when it gives it back. */
  onHold?: (() => () => void) | undefined;
  /** A change that a read session must see. */
  after?: ChangePosition | undefined;
  /** Whether its commit is no news: it changes nothing that anybody follows. */
  silent?: boolean;
  /** Whether statements are parsed again, after one was stale; see `retryTransaction`. */
  fresh?: boolean;
}

/** Opens sessions of tenants. The only code that turns a tenant into a search_path and a role. */
export class TenantBinding {
  readonly #pools: BindingOptions['pools'];
  readonly #limits: LimitsByClass;
  readonly #replica: ReadReplica | undefined;
  readonly #reports: ReportShares | undefined;
  readonly #places: TenantPlaces | undefined;
  readonly #fit: SchemaFit | undefined;
  readonly #onCommit: BindingOptions['onCommit'];

  constructor({ pools, limits = defaultLimits, replica, reports, places, fit, onCommit }: BindingOptions) {
    this.#pools = pools;
    this.#limits = limits;
    this.#replica = replica;
    this.#reports = reports;
    this.#places = places;
    this.#fit = fit;
    this.#onCommit = onCommit;
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
    return retryTransaction(({ fresh }) => {
      const session = this.open(latest, 'read', { ...options, fresh });
      return session.transact(() => fn(session.db));
    });
  }

  /**
   * Runs the function in one transaction of the tenant; commits when it returns, rolls back when it throws. Runs it
   * again if a statement turned out stale, or at the new place if the tenant was moved meanwhile.
   */
  async write<T>(tenant: Tenant, fn: (tx: TenantTx) => Promise<T>, options?: OpenOptions): Promise<T> {
    const latest = await this.#latest(tenant);
    return retryTransaction<T, Tenant>(
      ({ fresh, moved = latest }) => {
        const session = this.open(moved, 'write', { ...options, fresh });
        return session.transact(() => fn(session.tx!));
      },
      (error) => this.afterMove(latest, error, options?.signal),
    );
  }

  /** The same for an organization that is still being provisioned. */
  async prepare<T>(tenant: Tenant, fn: (tx: TenantTx) => Promise<T>): Promise<T> {
    const session = this.#open(tenant, 'write', { roleClass: 'job' });
    return await session.transact(() => fn(session.tx!));
  }

  /** Jobs keep a `Tenant` for long; the tenant may have moved since. */
  async #latest(tenant: Tenant): Promise<Tenant> {
    return (await this.#places?.latest(tenant)) ?? tenant;
  }

  /** `fit` is checked when the session gets its slot. */
  #open(tenant: Tenant, access: 'read' | 'write', options: OpenOptions, fit?: SchemaFit): TenantSession {
    const { roleClass = 'interactive', signal, onHold, after, silent, fresh = false } = options;
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
    const isReport = roleClass === 'analyst' || roleClass === 'export';
    const ofReplica = access === 'read' && isReport && tenant.databaseId === primaryDatabaseId;
    const source = (ofReplica && this.#replica?.sourceOf(scope, pool, after)) || pool;
    const slots = fit ? fittingSlots(fit, tenant, source) : source;
    const shared = isReport && this.#reports?.for(tenant.databaseId).of(slots, onHold);
    const session = shared
      ? new TenantSession(tenant, shared.slots, scope, { signal, onHold: shared.onHold })
      : new TenantSession(tenant, slots, scope, { signal, onHold });
    const { tx } = session;
    if (tx && !silent && this.#onCommit) session.onCommit(() => this.#onCommit!(tenant.id, tx));
    return session;
  }
}
