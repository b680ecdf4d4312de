import { setTimeout as delay } from 'node:timers/promises';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { databaseError, isMissingTable, isPermissionDenied } from '../db/pg-errors.ts';
import type { SlotSource } from '../db/slot-pool.ts';
import { AppError } from '../lib/errors.ts';
import type { Catalog } from './catalog.ts';
import type { TenantDirectory } from './directory.ts';
import { tenantMoves } from './tables.ts';
import { type Tenant, tenantNotFound } from './tenant.ts';

export interface TenantPlacesOptions {
  catalog: Catalog;
  directory: TenantDirectory;
  /** How long a write waits for a move to end; milliseconds. */
  waitMs: number;
}

/** How often to check whether a move has ended while notifications do not arrive; milliseconds. */
const lookAgainMs = 250;

/** Thrown by a write that waited for a move: its organization now has another place, where the write can be retried. */
export class TenantMoved extends AppError {
  constructor() {
    super('UNAVAILABLE', 'The organization has just been moved; try again', { retryAfter: 1 });
  }
}

/** The current places of organizations, for callers whose `Tenant` may be outdated. Makes writes wait during a move. */
export class TenantPlaces {
  readonly #options: TenantPlacesOptions;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(options: TenantPlacesOptions) {
    this.#options = options;
    const { bus } = options.catalog;
    bus.on('organization.changed', ({ organizationId }) => this.#wake(organizationId));
    bus.onDoubt(() => {
      for (const organizationId of [...this.#waiting.keys()]) this.#wake(organizationId);
    });
  }

  /** The tenant from the cache, without reading the catalog; the given one if it is not cached. */
  current(tenant: Tenant): Tenant {
    return this.#options.directory.known(tenant.id) ?? tenant;
  }

  /** The same, reading the catalog if needed: for callers whose `Tenant` may be older than a request. */
  async latest(tenant: Tenant): Promise<Tenant> {
    return (await this.#options.directory.findById(tenant.id)) ?? tenant;
  }

  /**
   * Slots for writing. `acquire` waits while the tenant's writes are paused, and throws TenantMoved if its place
   * changed.
   */
  writing(tenant: Tenant, slots: SlotSource): SlotSource {
    if (!isPaused(tenant)) return slots;
    return {
      logger: slots.logger,
      acquire: async (key, signal) => {
        const now = await this.#whenWritable(tenant, signal, async (latest) => isPaused(latest));
        if (!isSamePlace(now, tenant)) throw new TenantMoved();
        return await slots.acquire(key, signal);
      },
    };
  }

  /**
   * If a write failed because its organization is being moved, waits for the end of the move and returns the tenant
   * with its new place: the write had no effect and can be retried there. Returns undefined for any other error. Throws
   * UNAVAILABLE if the move takes too long.
   */
  async afterMove(tenant: Tenant, error: unknown, signal?: AbortSignal): Promise<Tenant | undefined> {
    if (error instanceof TenantMoved) return await this.#look(tenant.id);
    // The errors of a fenced tenant, or of a copy that was closed or dropped since
    if (!isPermissionDenied(error) && !isMissingTable(error)) return undefined;
    // The cache may be older than the fence
    this.#options.directory.forget();
    let isMove = false;
    const now = await this.#whenWritable(tenant, signal, async (latest) => {
      const held = isSamePlace(latest, tenant) && (isPaused(latest) || (await this.#isFenced(tenant.id)));
      isMove ||= held;
      return held;
    });
    return isMove || !isSamePlace(now, tenant) ? now : undefined;
  }

  async #whenWritable(
    { id }: Tenant,
    signal: AbortSignal | undefined,
    isHeld: (latest: Tenant) => Promise<boolean>,
  ): Promise<Tenant> {
    const deadline = performance.now() + this.#options.waitMs;
    for (;;) {
      // Registered before the lookup, so that no change is missed
      const change = this.#nextChange(id);
      try {
        const latest = await this.#look(id);
        if (!(await isHeld(latest))) return latest;
        const left = deadline - performance.now();
        if (left <= 0) throw beingMoved();
        const pausedMs = (latest.writesPausedUntil?.getTime() ?? 0) - Date.now();
        const passes = pausedMs > 0 && this.#options.catalog.bus.live ? pausedMs : lookAgainMs;
        await Promise.race([change.promise, wait(Math.min(left, passes) + 1, signal, change.stop)]);
      } finally {
        change.end();
      }
    }
  }

  async #look(id: string): Promise<Tenant> {
    const tenant = await this.#options.directory.findById(id);
    if (!tenant) throw tenantNotFound();
    return tenant;
  }

  /** Whether a move has withdrawn the right to write, until the move ends or is repaired. */
  async #isFenced(organizationId: string): Promise<boolean> {
    const found = await this.#options.catalog.read((db) =>
      db
        .select({ id: tenantMoves.id })
        .from(tenantMoves)
        .where(
          and(
            eq(tenantMoves.organizationId, organizationId),
            isNull(tenantMoves.endedAt),
            sql`${tenantMoves.progress} @> '{"fenced": true}'`,
          ),
        ),
    );
    return found.length > 0;
  }

  #nextChange(id: string) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    const stopped = new AbortController();
    const end = () => {
      stopped.abort();
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
    };
    return { promise, end, stop: stopped.signal };
  }

  #wake(id: string): void {
    for (const resolve of this.#waiting.get(id) ?? []) resolve();
  }
}

const isSamePlace = (a: Tenant, b: Tenant): boolean => a.databaseId === b.databaseId && a.schemaName === b.schemaName;

const isPaused = ({ writesPausedUntil }: Tenant): boolean =>
  writesPausedUntil != null && writesPausedUntil.getTime() > Date.now();

async function wait(milliseconds: number, signal: AbortSignal | undefined, stop: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal: signal ? AbortSignal.any([signal, stop]) : stop }).catch(() => {
    if (signal?.aborted) throw databaseError('CANCELLED');
  });
}

const beingMoved = (): AppError =>
  new AppError('UNAVAILABLE', 'This organization is being moved and cannot be changed right now; try again', {
    retryAfter: 1,
  });
