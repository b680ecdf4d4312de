import type { LookupFunction } from 'node:net';
import type { AppError } from '../lib/errors.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import { FairQueue } from './fair-queue.ts';
import { Lease } from './lease.ts';
import { databaseError } from './pg-errors.ts';
import { Slot } from './slot.ts';

export interface SlotPoolOptions {
  url: string;
  lookup?: LookupFunction | undefined;
  /** Connections at most. */
  size: number;
  /** How many of them one key may hold at once; half of them, rounded up, when not given. */
  maxPerKey?: number;
  /** How long a session waits for a slot; milliseconds. */
  waitMs?: number;
  /** Named statements; off behind a pooler in transaction mode. */
  prepare?: boolean;
  /** A slot is replaced after so many milliseconds, keys or distinct statements: a connection only ever grows. */
  maxAgeMs?: number;
  maxKeysSeen?: number;
  maxStatements?: number;
  /** How long `dispose` waits for sessions to end. */
  drainMs?: number;
  applicationName?: string;
  /** Told every SQL text that is sent. */
  onStatement?: (text: string) => void;
  logger?: Logger;
}

export interface SlotPoolStats {
  size: number;
  idle: number;
  /** Held by sessions. */
  busy: number;
  /** Being cleaned after a cancel. */
  quarantined: number;
  opening: number;
  /** Sessions waiting for a slot. */
  waiting: number;
  /** Since the start: connections opened, lost or given up, and replaced because of age or size. */
  opened: number;
  discarded: number;
  recycled: number;
  /** Sessions that met a slot which served their key last, and those that did not. */
  hits: number;
  misses: number;
}

/** Where sessions get their slots. */
export type SlotSource = Pick<SlotPool, 'acquire' | 'logger'>;

interface Waiter {
  resolve: (lease: Lease) => void;
  reject: (error: AppError) => void;
}

const retryMs = 250;
const isFresh = (slot: Slot): boolean => slot.lastKey === undefined;
const exhausted = (): AppError =>
  databaseError('UNAVAILABLE', undefined, 'The database is busy; try again in a moment');

/**
 * A fixed number of one-connection slots, shared fairly. Who is next is decided by the queue, in turn over the keys and
 * never more slots for one key than allowed; which slot it gets, by affinity: the one that served the key last knows its
 * plans. A key that meets none takes a free one, and the pool grows until it is full.
 */
export class SlotPool implements AsyncDisposable {
  #options: Required<Omit<SlotPoolOptions, 'onStatement' | 'lookup'>> & Pick<SlotPoolOptions, 'onStatement' | 'lookup'>;
  #queue = new FairQueue<Waiter>();
  #slots = new Set<Slot>();
  /** Least recently used first. */
  #idle: Slot[] = [];
  #leases = new Map<Slot, Lease>();
  #held = new Map<string, number>();
  #opening = 0;
  #closing = 0;
  #failures = 0;
  /** Why the last connection could not be opened. */
  #refusal: unknown;
  #retryAt = 0;
  #retry: NodeJS.Timeout | undefined;
  #drained: PromiseWithResolvers<void> | undefined;
  #counts = { opened: 0, discarded: 0, recycled: 0, hits: 0, misses: 0 };

  constructor(options: SlotPoolOptions) {
    this.#options = {
      ...options,
      maxPerKey: options.maxPerKey ?? Math.max(1, Math.ceil(options.size / 2)),
      waitMs: options.waitMs ?? 5_000,
      prepare: options.prepare ?? true,
      maxAgeMs: options.maxAgeMs ?? 30 * 60_000,
      maxKeysSeen: options.maxKeysSeen ?? 100,
      maxStatements: options.maxStatements ?? 2_000,
      drainMs: options.drainMs ?? 10_000,
      applicationName: options.applicationName ?? 'chantier',
      logger: options.logger ?? silentLogger,
    };
  }

  /** Where sessions report what nobody waits for. */
  get logger(): Logger {
    return this.#options.logger;
  }

  /**
   * A slot for one session of this key.
   * @throws AppError UNAVAILABLE with `retryAfter` when none is free in time or the database takes no connections;
   * CANCELLED when the signal is aborted first.
   */
  acquire(key: string, signal?: AbortSignal): Promise<Lease> {
    if (signal?.aborted) return Promise.reject(databaseError('CANCELLED'));
    if (this.#drained) return Promise.reject(databaseError('UNAVAILABLE', undefined, 'The server is stopping'));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
      };
      const waiter: Waiter = {
        resolve: (lease) => {
          leave();
          resolve(lease);
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      const giveUp = (error: AppError): void => {
        if (this.#queue.remove(key, waiter)) waiter.reject(error);
      };
      const cancel = (): void => giveUp(databaseError('CANCELLED'));
      const timer = setTimeout(() => giveUp(exhausted()), this.#options.waitMs);
      signal?.addEventListener('abort', cancel);
      this.#queue.push(key, waiter);
      this.#dispatch();
    });
  }

  stats(): SlotPoolStats {
    const quarantined = [...this.#leases.values()].filter((lease) => lease.quarantined).length;
    return {
      size: this.#options.size,
      idle: this.#idle.length,
      busy: this.#leases.size - quarantined,
      quarantined,
      opening: this.#opening,
      waiting: this.#queue.size,
      ...this.#counts,
    };
  }

  /** Refuses newcomers, waits for the sessions under way, then closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#drained) return this.#drained.promise;
    this.#drained = Promise.withResolvers();
    clearTimeout(this.#retry);
    for (const waiter of this.#queue.drain())
      waiter.reject(databaseError('UNAVAILABLE', undefined, 'The server is stopping'));
    const timer = setTimeout(() => {
      this.logger.warn({ sessions: this.#leases.size }, 'database sessions cut off at shutdown');
      for (const slot of [...this.#slots]) slot.destroy();
    }, this.#options.drainMs);
    for (const slot of this.#idle.splice(0)) this.#close(slot);
    this.#finish();
    await this.#drained.promise.finally(() => clearTimeout(timer));
  }

  #dispatch(): void {
    if (this.#drained) return;
    while (this.#idle.length > 0) {
      const next = this.#queue.take((key) => this.#roomOf(key) > 0);
      if (!next) break;
      next.item.resolve(this.#lend(next.key));
    }
    this.#grow();
    if (this.#slots.size === 0 && this.#opening === 0 && this.#queue.size > 0) this.#refuse();
  }

  #lend(key: string): Lease {
    const { slot, warm } = this.#choose(key);
    this.#idle.splice(this.#idle.indexOf(slot), 1);
    if (warm) this.#counts.hits++;
    else this.#counts.misses++;
    slot.lastKey = key;
    slot.keys.add(key);
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    const lease = new Lease(slot, key, () => this.#takeBack(slot));
    this.#leases.set(slot, lease);
    // This key found no slot of its own: let there be a fresh one for the next that does not.
    if (!warm && this.#opening === 0 && !this.#idle.some(isFresh)) this.#open();
    return lease;
  }

  #choose(key: string): { slot: Slot; warm: boolean } {
    const own = this.#idle.findLast((slot) => slot.lastKey === key);
    if (own) return { slot: own, warm: true };
    return { slot: this.#idle.find(isFresh) ?? this.#idle[0]!, warm: false };
  }

  #roomOf(key: string): number {
    return this.#options.maxPerKey - (this.#held.get(key) ?? 0);
  }

  /** Opens as many connections as waiters could use now. */
  #grow(): void {
    const wanted = this.#queue.demand((key) => this.#roomOf(key));
    while (this.#opening < wanted && this.#open());
  }

  /** Begins to open a connection, unless the pool is full or the database just refused one. */
  #open(): boolean {
    if (this.#slots.size + this.#opening >= this.#options.size || performance.now() < this.#retryAt) return false;
    this.#opening++;
    const { url, lookup, prepare, applicationName, waitMs, onStatement } = this.#options;
    const onClose = (slot: Slot): void => this.#forget(slot);
    Slot.open({ url, lookup, prepare, applicationName, connectMs: waitMs, onStatement, onClose }).then(
      (slot) => this.#opened(slot),
      (error: unknown) => this.#notOpened(error),
    );
    return true;
  }

  #opened(slot: Slot): void {
    this.#opening--;
    this.#counts.opened++;
    this.#failures = 0;
    // It may have died between its first answer and this turn.
    if (slot.alive) {
      this.#slots.add(slot);
      if (this.#drained) this.#close(slot);
      else this.#idle.unshift(slot);
    }
    this.#dispatch();
    this.#finish();
  }

  /** One failure can be bad luck (a connection killed while it signs in); after a second one, wait a little. */
  #notOpened(error: unknown): void {
    this.#opening--;
    this.#failures++;
    this.#refusal = error;
    if (this.#failures > 1) {
      this.#retryAt = performance.now() + retryMs;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#dispatch(), retryMs + 1);
      if (this.#failures === 2) this.logger.error({ err: error }, 'the database takes no connections');
    }
    this.#dispatch();
    this.#finish();
  }

  /** With no connection and none to be had, waiting is of no use. */
  #refuse(): void {
    for (const waiter of this.#queue.drain()) waiter.reject(databaseError('UNAVAILABLE', this.#refusal));
  }

  /** The session gave the slot back: to the next one, or away when it is lost, in doubt or worn. */
  #takeBack(slot: Slot): void {
    if (!this.#free(slot) || !slot.alive) return;
    if (slot.outstanding > 0) slot.destroy();
    else if (this.#drained) this.#close(slot);
    else if (this.#worn(slot)) this.#recycle(slot);
    else this.#idle.push(slot);
    this.#dispatch();
    this.#finish();
  }

  #worn(slot: Slot): boolean {
    const { maxAgeMs, maxKeysSeen, maxStatements } = this.#options;
    return (
      performance.now() - slot.openedAt > maxAgeMs ||
      slot.keys.size >= maxKeysSeen ||
      slot.preparedStatements >= maxStatements
    );
  }

  #recycle(slot: Slot): void {
    this.#counts.recycled++;
    this.#close(slot);
  }

  #close(slot: Slot): void {
    this.#slots.delete(slot);
    this.#closing++;
    const closed = (): void => {
      this.#closing--;
      this.#finish();
    };
    slot.close().then(closed, closed);
  }

  /** The connection has ended. Whoever held it learns it from its next statement; its place is free at once. */
  #forget(slot: Slot): void {
    if (!this.#slots.delete(slot)) return;
    this.#counts.discarded++;
    this.#free(slot);
    const at = this.#idle.indexOf(slot);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#dispatch();
    this.#finish();
  }

  #free(slot: Slot): boolean {
    const lease = this.#leases.get(slot);
    if (!lease) return false;
    this.#leases.delete(slot);
    const rest = this.#held.get(lease.key)! - 1;
    if (rest > 0) this.#held.set(lease.key, rest);
    else this.#held.delete(lease.key);
    return true;
  }

  #finish(): void {
    if (this.#leases.size === 0 && this.#opening === 0 && this.#closing === 0) this.#drained?.resolve();
  }
}
