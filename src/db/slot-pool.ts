import type { LookupFunction } from 'node:net';
import { type Logger, silentLogger } from '../lib/logger.ts';
import { outsideRequests } from '../lib/request-context.ts';
import { type Choice, chooseSlot, isKnown } from './affinity.ts';
import { FairQueue } from './fair-queue.ts';
import { HoldTimes } from './hold-times.ts';
import { Lease } from './lease.ts';
import { databaseError } from './pg-errors.ts';
import { Slot } from './slot.ts';
import type { SlotPoolStats } from './slot-pool-stats.ts';
import type { SlowObserver } from './slow-statement.ts';
import { Waiter } from './waiter.ts';

export interface SlotPoolOptions {
  url: string;
  /** Other passwords of the login, tried in turn if the server refuses the password in the URL. */
  otherPasswords?: readonly string[] | undefined;
  lookup?: LookupFunction | undefined;
  /** Most connections. */
  size: number;
  /** How many of them one key may hold at once; by default half of them, rounded up. */
  maxPerKey?: number;
  /** How long a session waits for a slot; milliseconds. */
  waitMs?: number;
  /** Whether to use named statements; off behind a pooler in transaction mode. */
  prepare?: boolean;
  /** Age at which a slot is replaced, approximately; milliseconds. */
  maxAgeMs?: number;
  /** Estimated backend memory at which a slot is replaced: the backend never frees cached table definitions. */
  slotBytes?: number;
  /** How much of `slotBytes` prepared statements may take before the oldest are closed; by default half. */
  statementsBytes?: number;
  /** How long `dispose` waits for sessions to end. */
  drainMs?: number;
  applicationName?: string;
  /** Called with every SQL text that is sent. */
  onStatement?: (text: string) => void;
  /** Called with the time that a session held its slot; milliseconds. */
  onHeld?: (key: string, ms: number) => void;
  /** Called with the time that a session waited for a slot, unless one was free; milliseconds. */
  onWaited?: (ms: number) => void;
  /** Called with statements that took long. */
  slow?: SlowObserver<SlotSource>;
  logger?: Logger;
}

/** Options without a default. */
type Optional = 'onStatement' | 'onHeld' | 'onWaited' | 'slow' | 'lookup' | 'otherPasswords';

/** The part of the pool that sessions use. */
export type SlotSource = Pick<SlotPool, 'acquire' | 'logger'>;

const retryMs = 250;
const defaultSlotBytes = 160 * 1024 * 1024;
/** Slots opened together must not all expire together. */
const ageSpread = 0.25;
const isFresh = (slot: Slot): boolean => slot.keys.size === 0;

/**
 * A fixed number of one-connection slots, shared fairly. The queue decides which session is next: the keys take turns,
 * and no key gets more slots than allowed. Affinity decides which slot it gets: one that knows the key has its tables
 * and query plans in memory, and is worth waiting for about as long as a few sessions take. A key that no slot knows
 * takes a free slot, and the pool grows until it is full.
 *
 * A slot that is old, or whose backend has grown, is replaced while it keeps serving: first its successor is opened,
 * one at a time, then it is closed. For that moment there is one connection more than `size`.
 */
export class SlotPool implements AsyncDisposable {
  #options: Required<Omit<SlotPoolOptions, Optional>> & Pick<SlotPoolOptions, Optional>;
  #queue = new FairQueue<Waiter>();
  /** The slots, each with the time when it is too old. */
  #slots = new Map<Slot, number>();
  /** Least recently used first. */
  #idle: Slot[] = [];
  #leases = new Map<Slot, Lease>();
  /** How many slots each key holds. */
  #held = new Map<string, number>();
  #holdTimes = new HoldTimes();
  /** The slot whose successor is being opened. */
  #worn: Slot | undefined;
  /** Slots that have a successor and are closed as soon as they are returned. */
  #retired = new Set<Slot>();
  #opening = 0;
  #closing = 0;
  #failures = 0;
  /** Why the last connection could not be opened. */
  #refusal: unknown;
  #retryAt = 0;
  #retry: NodeJS.Timeout | undefined;
  #drained: PromiseWithResolvers<void> | undefined;
  #counts = { opened: 0, discarded: 0, recycled: 0, hits: 0, misses: 0, closed: 0 };

  constructor(options: SlotPoolOptions) {
    const { slotBytes = defaultSlotBytes } = options;
    this.#options = {
      ...options,
      maxPerKey: options.maxPerKey ?? Math.max(1, Math.ceil(options.size / 2)),
      waitMs: options.waitMs ?? 5_000,
      prepare: options.prepare ?? true,
      maxAgeMs: options.maxAgeMs ?? 30 * 60_000,
      slotBytes,
      statementsBytes: options.statementsBytes ?? slotBytes / 2,
      drainMs: options.drainMs ?? 10_000,
      applicationName: options.applicationName ?? 'chantier',
      logger: options.logger ?? silentLogger,
    };
  }

  /** Where sessions log errors that no caller awaits. */
  get logger(): Logger {
    return this.#options.logger;
  }

  /**
   * A slot for one session of this key.
   * @throws AppError UNAVAILABLE with `retryAfter` if none is free in time or the database accepts no connections;
   * CANCELLED if the signal is aborted first.
   */
  acquire(key: string, signal?: AbortSignal): Promise<Lease> {
    if (signal?.aborted) return Promise.reject(databaseError('CANCELLED'));
    if (this.#drained) return Promise.reject(databaseError('UNAVAILABLE', undefined, 'The server is stopping'));
    const choice = this.#choose(key);
    return choice ? Promise.resolve(this.#lend(key, choice)) : this.#wait(key, signal);
  }

  #wait(key: string, signal: AbortSignal | undefined): Promise<Lease> {
    const waiter = new Waiter({
      waitMs: this.#options.waitMs,
      patienceMs: this.#holdTimes.patienceMs,
      signal,
      onImpatient: () => this.#dispatch(),
      onGivingUp: (waiter, error) => {
        if (this.#queue.remove(key, waiter)) waiter.reject(error);
      },
    });
    this.#queue.push(key, waiter);
    this.#dispatch();
    this.#reportWait(waiter.lease);
    return waiter.lease;
  }

  #reportWait(lease: Promise<Lease>): void {
    const { onWaited } = this.#options;
    if (!onWaited) return;
    const from = performance.now();
    const report = () => onWaited(performance.now() - from);
    lease.then(report, report);
  }

  stats(): SlotPoolStats {
    const slots = [...this.#slots.keys()];
    const sum = (of: (slot: Slot) => number) => slots.reduce((total, slot) => total + of(slot), 0);
    const quarantined = [...this.#leases.values()].filter((lease) => lease.quarantined).length;
    return {
      size: this.#options.size,
      idle: this.#idle.length,
      busy: this.#leases.size - quarantined,
      quarantined,
      opening: this.#opening,
      waiting: this.#queue.size,
      ...this.#counts,
      prepared: sum((slot) => slot.prepared.count),
      preparedBytes: sum((slot) => slot.prepared.bytes),
      keys: sum((slot) => slot.keys.size),
      memoryBytes: sum((slot) => slot.memoryBytes),
    };
  }

  /** Refuses new sessions, waits for running ones, then closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#drained) return this.#drained.promise;
    this.#drained = Promise.withResolvers();
    clearTimeout(this.#retry);
    for (const waiter of this.#queue.drain())
      waiter.reject(databaseError('UNAVAILABLE', undefined, 'The server is stopping'));
    const timer = setTimeout(() => {
      this.logger.warn({ sessions: this.#leases.size }, 'database sessions were cut off at shutdown');
      for (const slot of [...this.#slots.keys()]) slot.destroy();
    }, this.#options.drainMs);
    for (const slot of this.#idle.splice(0)) this.#close(slot);
    this.#finish();
    await this.#drained.promise.finally(() => clearTimeout(timer));
  }

  #dispatch(): void {
    if (this.#drained) return;
    while (this.#idle.length > 0) {
      let choice: Choice<Slot> | undefined;
      const next = this.#queue.take((key, first) => {
        choice = this.#choose(key, first);
        return choice !== undefined;
      });
      if (!next || !choice) break;
      next.item.resolve(this.#lend(next.key, choice));
    }
    this.#grow();
    if (this.#slots.size === 0 && this.#opening === 0 && this.#queue.size > 0) this.#refuse();
  }

  /** The slot that a session of this key, waiting or new, can have now; undefined if it must wait. */
  #choose(key: string, waiter?: Waiter): Choice<Slot> | undefined {
    if (this.#roomOf(key) <= 0) return undefined;
    return chooseSlot(key, this.#idle, this.#slots.keys(), waiter?.patient ?? true);
  }

  #lend(key: string, { slot, warm }: Choice<Slot>): Lease {
    this.#idle.splice(this.#idle.indexOf(slot), 1);
    if (warm) this.#counts.hits++;
    else this.#counts.misses++;
    slot.keys.serve(key);
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    const { slow } = this.#options;
    const lease = new Lease(slot, key, {
      giveBack: () => this.#takeBack(slot),
      ...(slow && { slowMs: slow.slowMs, onSlow: (statement) => slow.note(statement, this) }),
    });
    this.#leases.set(slot, lease);
    // The key is new to this slot: open a fresh slot for the next key that no slot knows
    if (!warm && this.#opening === 0 && !this.#idle.some(isFresh)) this.#open();
    return lease;
  }

  #roomOf(key: string): number {
    return this.#options.maxPerKey - (this.#held.get(key) ?? 0);
  }

  /** Opens as many connections as waiters could use now. */
  #grow(): void {
    const wanted = this.#queue.demand((key, first) => (this.#waitsFor(key, first) ? 0 : this.#roomOf(key)));
    while (this.#opening < wanted && this.#open());
  }

  /** Whether it prefers to wait for a busy slot that knows its key over a new slot. */
  #waitsFor(key: string, waiter: Waiter): boolean {
    return waiter.patient && isKnown(key, this.#slots.keys());
  }

  /**
   * Starts to open a connection, unless the pool is full or the database has just refused one. Returns whether it did.
   */
  #open(): boolean {
    // A slot that is being replaced does not count
    const slots = this.#slots.size - (this.#worn ? 1 : 0);
    if (slots + this.#opening >= this.#options.size || performance.now() < this.#retryAt) return false;
    this.#opening++;
    const { url, otherPasswords, lookup, prepare, applicationName, waitMs, onStatement } = this.#options;
    const onClose = (slot: Slot): void => this.#forget(slot);
    const login = { url, otherPasswords, lookup };
    const options = { ...login, prepare, applicationName, connectMs: waitMs, onStatement, onClose };
    // The connection outlives the request for which it is opened
    outsideRequests(() => {
      Slot.open(options).then(
        (slot) => this.#opened(slot),
        (error: unknown) => this.#notOpened(error),
      );
    });
    return true;
  }

  #opened(slot: Slot): void {
    this.#opening--;
    this.#counts.opened++;
    this.#failures = 0;
    this.#retire();
    // It may have died between its first answer and this turn.
    if (slot.alive) {
      const { maxAgeMs } = this.#options;
      this.#slots.set(slot, slot.openedAt + maxAgeMs * (1 - ageSpread * Math.random()));
      if (this.#drained) this.#close(slot);
      else this.#idle.unshift(slot);
    }
    this.#dispatch();
    this.#finish();
  }

  /** One failure can be chance (a connection killed while it signs in); after a second one, pauses briefly. */
  #notOpened(error: unknown): void {
    this.#opening--;
    this.#failures++;
    this.#refusal = error;
    // Perhaps the server has no room for an extra connection
    this.#retire();
    if (this.#failures > 1) {
      this.#retryAt = performance.now() + retryMs;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#dispatch(), retryMs + 1);
      if (this.#failures === 2) this.logger.error({ err: error }, 'the database accepts no connections');
    }
    this.#dispatch();
    this.#finish();
  }

  /** Rejects all waiters: there is no connection, and none can be opened. */
  #refuse(): void {
    for (const waiter of this.#queue.drain()) waiter.reject(databaseError('UNAVAILABLE', this.#refusal));
  }

  /** Takes the slot back from its session, and lends it to the next one or closes it if it is unclean or worn. */
  #takeBack(slot: Slot): void {
    if (!this.#free(slot) || !slot.alive) return;
    if (slot.outstanding > 0) slot.destroy();
    else if (this.#drained) this.#close(slot);
    else if (this.#retired.has(slot)) this.#recycle(slot);
    else this.#keep(slot);
    this.#dispatch();
    this.#finish();
  }

  #keep(slot: Slot): void {
    this.#counts.closed += slot.trimStatements(this.#options.statementsBytes);
    this.#idle.push(slot);
    if (!this.#isWorn(slot) || this.#worn) return;
    this.#worn = slot;
    if (!this.#open()) this.#worn = undefined;
  }

  #isWorn(slot: Slot): boolean {
    return performance.now() > this.#slots.get(slot)! || slot.memoryBytes > this.#options.slotBytes;
  }

  /** Retires the worn slot, because its successor is open or cannot be opened. */
  #retire(): void {
    const slot = this.#worn;
    this.#worn = undefined;
    if (!slot || !this.#slots.has(slot)) return;
    const at = this.#idle.indexOf(slot);
    if (at < 0) this.#retired.add(slot);
    else {
      this.#idle.splice(at, 1);
      this.#recycle(slot);
    }
  }

  #recycle(slot: Slot): void {
    this.#counts.recycled++;
    this.#close(slot);
  }

  #close(slot: Slot): void {
    this.#leave(slot);
    this.#closing++;
    const closed = (): void => {
      this.#closing--;
      this.#finish();
    };
    slot.close().then(closed, closed);
  }

  /**
   * The connection has ended. Its session learns that from its next statement; the place in the pool is free at once.
   */
  #forget(slot: Slot): void {
    if (!this.#leave(slot)) return;
    this.#counts.discarded++;
    this.#free(slot);
    const at = this.#idle.indexOf(slot);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#dispatch();
    this.#finish();
  }

  /** Removes the slot from the pool; false if it was removed before. */
  #leave(slot: Slot): boolean {
    this.#retired.delete(slot);
    if (this.#worn === slot) this.#worn = undefined;
    return this.#slots.delete(slot);
  }

  #free(slot: Slot): boolean {
    const lease = this.#leases.get(slot);
    if (!lease) return false;
    this.#leases.delete(slot);
    const heldMs = performance.now() - lease.began;
    this.#holdTimes.add(heldMs);
    this.#options.onHeld?.(lease.key, heldMs);
    const rest = this.#held.get(lease.key)! - 1;
    if (rest > 0) this.#held.set(lease.key, rest);
    else this.#held.delete(lease.key);
    return true;
  }

  #finish(): void {
    if (this.#leases.size === 0 && this.#opening === 0 && this.#closing === 0) this.#drained?.resolve();
  }
}
