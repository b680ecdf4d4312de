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

/** While changes are not heard, how often to look whether a move has ended. */
const lookAgainMs = 250;

/** Met by a write that waited for a move: its organization is at another place now, where it can be tried again. */
export class TenantMoved extends AppError {
  constructor() {
    super('UNAVAILABLE', 'The organization has just been moved; try again', { retryAfter: 1 });
  }
}

/** Where organizations are now, for whoever holds an older word on it; and where writes wait while one is moved. */
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

  /** The tenant as far as it is known here without asking anybody. */
  current(tenant: Tenant): Tenant {
    return this.#options.directory.known(tenant.id) ?? tenant;
  }

  /** The same for whoever may hold a word on it that is older than a request. */
  async latest(tenant: Tenant): Promise<Tenant> {
    return (await this.#options.directory.findById(tenant.id)) ?? tenant;
  }

  /** Slots for writing: they are given when the tenant's writes are not held. `acquire` throws TenantMoved when it is elsewhere then. */
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
   * When a write failed because its organization is being moved, waits for the end of that and gives the tenant as it is
   * then: the write was not done, and can be done there. Undefined for any other error. Throws UNAVAILABLE when it takes
   * too long.
   */
  async afterMove(tenant: Tenant, error: unknown, signal?: AbortSignal): Promise<Tenant | undefined> {
    if (error instanceof TenantMoved) return await this.#look(tenant.id);
    // Behind the fence; and where a copy was closed or dropped since
    if (!isPermissionDenied(error) && !isMissingTable(error)) return undefined;
    // What is remembered here may be older than the fence
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
      // From before the look, so that no change is missed
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

  /** Whether a move has taken the right to write there: until it ends, or is mended. */
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
  new AppError('UNAVAILABLE', 'This organization is being moved and cannot be changed just now', { retryAfter: 1 });
