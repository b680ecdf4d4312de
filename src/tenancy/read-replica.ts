import { sql } from 'drizzle-orm';
import { toAppError } from '../db/pg-errors.ts';
import { type Scope, Session } from '../db/session.ts';
import type { SlotPool, SlotSource } from '../db/slot-pool.ts';
import type { Logger } from '../lib/logger.ts';
import { poll } from '../lib/poll.ts';
import { relations } from '../relations.ts';

/** A place in the log of changes: of which transaction, and which event of it. */
export interface ChangePosition {
  era: number;
  xid: string;
  seq: bigint;
}

export interface ReadReplicaOptions {
  /** Slots of the replica. */
  pool: SlotPool;
  /** Slots of the primary, to ask how far it is. */
  primary: SlotSource;
  /** A replica that is further behind serves nobody; milliseconds. */
  maxLagMs: number;
  /** How long to wait for the replica to have the caller's last change; milliseconds. */
  waitMs: number;
  logger: Logger;
}

/** How far the primary was, and when. */
interface Mark {
  position: bigint;
  at: number;
}

const everyMs = 500;
const askEveryMs = 20;
/** What a replica was seen to have is remembered, so many of each. */
const mostKnown = 10_000;
const written = `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as position`;
const replayed = `select pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text as position`;

/**
 * A streaming replica of the primary database, for reading sessions that may be a little behind. It serves while it was
 * seen, not longer ago than allowed, to have everything that the primary had; and a caller who names a change, only once
 * the event of that change is there: then so is all that was saved before. In every other case the primary serves.
 */
export class ReadReplica implements AsyncDisposable {
  readonly #options: ReadReplicaOptions;
  readonly #known = new Set<string>();
  #marks: Mark[] = [];
  /** When the primary was where the replica is now; undefined when the replica does not answer. */
  #level: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watching: Promise<void>;
  #disposed = false;

  /** Begins to watch how far the replica is. */
  constructor(options: ReadReplicaOptions) {
    this.#options = options;
    this.#watching = this.#watch();
  }

  /** How far the replica is behind at most; milliseconds, Infinity when that is not known. */
  get lagMs(): number {
    return this.#level === undefined ? Number.POSITIVE_INFINITY : performance.now() - this.#level;
  }

  /** Where a reading session of this scope gets its slot: here if the replica has what it must have, else from the primary. */
  sourceOf(scope: Scope, primary: SlotSource, after?: ChangePosition): SlotSource {
    const { logger, pool } = this.#options;
    return {
      logger,
      acquire: async (key, signal) => {
        if (this.lagMs > this.#options.maxLagMs || !(await this.#has(scope, after)))
          return primary.acquire(key, signal);
        return await pool.acquire(key, signal).catch((error: unknown) => {
          if (toAppError(error)?.code === 'CANCELLED') throw error;
          this.#away(error);
          return primary.acquire(key, signal);
        });
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    await this.#watching;
  }

  /** Whether the tenant is there at all (a new one may not be yet), with the change. Waits a little for the change. */
  async #has(scope: Scope, after: ChangePosition | undefined): Promise<boolean> {
    const what = after ? `${scope.key} ${after.era}.${after.xid}.${after.seq}` : scope.key;
    if (this.#known.has(what)) return true;
    const there = await poll(() => this.#ask(scope, after), after ? this.#options.waitMs : 0, askEveryMs);
    if (!there) return false;
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.add(what);
    return true;
  }

  /** True, false when the tenant cannot be asked there, undefined when the change is not there yet. */
  async #ask(scope: Scope, after: ChangePosition | undefined): Promise<boolean | undefined> {
    const session = new Session(this.#options.pool, scope, relations);
    try {
      const found = after
        ? await session.db.execute(
            sql`select 1 from events where era = ${after.era} and xid = ${after.xid}::text::xid8 and seq = ${after.seq}`,
          )
        : await session.db.execute(sql`select 1 from events limit 0`);
      await session.commit();
      return !after || found.length > 0 || undefined;
    } catch {
      await session.rollback();
      return false;
    }
  }

  async #watch(): Promise<void> {
    try {
      const at = performance.now();
      this.#marks.push({ at, position: await positionOf(this.#options.primary, written) });
      const position = await positionOf(this.#options.pool, replayed);
      const reached = this.#marks.findLast((mark) => mark.position <= position);
      if (reached) {
        this.#level = reached.at;
        this.#marks = this.#marks.slice(this.#marks.indexOf(reached));
      }
      // One that never catches up is not waited for with a list without end
      if (this.#marks.length > mostKnown) this.#marks = [];
    } catch (error) {
      this.#away(error);
    }
    if (this.#disposed) return;
    const next = () => {
      this.#watching = this.#watch();
    };
    this.#timer = setTimeout(next, everyMs).unref();
  }

  #away(error: unknown): void {
    if (this.#level !== undefined) this.#options.logger.warn({ err: error }, 'the replica for reading is away');
    this.#level = undefined;
  }
}

/** Asked of the login itself, outside of any session: it reads no table. */
async function positionOf(source: SlotSource, text: string): Promise<bigint> {
  const lease = await source.acquire('replica');
  try {
    const [row] = await lease.run(text, [], 'objects');
    return BigInt((row as unknown as { position: string }).position);
  } finally {
    lease.release();
  }
}
