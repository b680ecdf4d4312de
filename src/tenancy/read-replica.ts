import { sql } from 'drizzle-orm';
import { toAppError } from '../db/pg-errors.ts';
import { type Scope, Session } from '../db/session.ts';
import type { SlotPool, SlotSource } from '../db/slot-pool.ts';
import type { Logger } from '../lib/logger.ts';
import { poll } from '../lib/poll.ts';
import { relations } from '../relations.ts';

/** A position in the event log: the transaction, and the event within it. */
export interface ChangePosition {
  era: number;
  xid: string;
  seq: bigint;
}

export interface ReadReplicaOptions {
  /** Slots of the replica. */
  pool: SlotPool;
  /** Slots of the primary, to read its position in the write-ahead log. */
  primary: SlotSource;
  /** Lag above which the replica serves nobody; milliseconds. */
  maxLagMs: number;
  /** How long to wait until the replica has the caller's last change; milliseconds. */
  waitMs: number;
  logger: Logger;
}

/** A position of the primary, and when it was read. */
interface Mark {
  position: bigint;
  at: number;
}

const everyMs = 500;
const askEveryMs = 20;
/** Most entries in the lists of positions and of changes that the replica has. */
const mostKnown = 10_000;
const written = `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as position`;
const replayed = `select pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text as position`;

/**
 * A streaming replica of the primary database, for read sessions that may be slightly stale. It serves while its
 * measured lag is within the limit. A caller that names a change is served only once the replica has the event of that
 * change, and hence everything committed before. In every other case the primary serves.
 */
export class ReadReplica implements AsyncDisposable {
  readonly #options: ReadReplicaOptions;
  readonly #known = new Set<string>();
  #marks: Mark[] = [];
  /** When the primary was at the replica's current position; undefined if the replica does not answer. */
  #level: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watching: Promise<void>;
  #disposed = false;

  /** Starts to watch the replica's position. */
  constructor(options: ReadReplicaOptions) {
    this.#options = options;
    this.#watching = this.#watch();
  }

  /** An upper bound of the replica's lag; milliseconds, Infinity if unknown. */
  get lagMs(): number {
    return this.#level === undefined ? Number.POSITIVE_INFINITY : performance.now() - this.#level;
  }

  /** The slots for a read session of this scope: the replica's if it has the required data, otherwise the primary's. */
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

  /** Whether the replica has the tenant (a new one may be missing) and the change. Waits a little for the change. */
  async #has(scope: Scope, after: ChangePosition | undefined): Promise<boolean> {
    const what = after ? `${scope.key} ${after.era}.${after.xid}.${after.seq}` : scope.key;
    if (this.#known.has(what)) return true;
    const there = await poll(() => this.#ask(scope, after), after ? this.#options.waitMs : 0, askEveryMs);
    if (!there) return false;
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.add(what);
    return true;
  }

  /** True if present; false if the tenant cannot be read there; undefined if the change is not there yet. */
  async #ask(scope: Scope, after: ChangePosition | undefined): Promise<boolean | undefined> {
    const session = new Session(this.#options.pool, scope, relations);
    try {
      const found = await session.transact(async () =>
        session.db.execute(
          after
            ? sql`select 1 from events where era = ${after.era} and xid = ${after.xid}::text::xid8 and seq = ${after.seq}`
            : sql`select 1 from events limit 0`,
        ),
      );
      return !after || found.length > 0 || undefined;
    } catch {
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
      // If the replica never catches up, the list must not grow without bound
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
    if (this.#level !== undefined) this.#options.logger.warn({ err: error }, 'the read replica is not available');
    this.#level = undefined;
  }
}

/** Uses the login's own rights, outside of any session: it reads no table. */
async function positionOf(source: SlotSource, text: string): Promise<bigint> {
  const lease = await source.acquire('replica');
  try {
    const [row] = await lease.run(text, [], 'objects');
    return BigInt((row as unknown as { position: string }).position);
  } finally {
    lease.release();
  }
}
