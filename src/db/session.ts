import type { AnyRelations } from 'drizzle-orm';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { AppError } from '../lib/errors.ts';
import { type AfterCommitHook, AfterCommitHooks } from './after-commit-hooks.ts';
import { bindPacket, type Planning, type Scope } from './bind-packet.ts';
import { drizzleOver, type StatementRunner } from './drizzle-facade.ts';
import { InFlight } from './in-flight.ts';
import type { Lease } from './lease.ts';
import { databaseError, isAbortedTransaction, isAnswer, outcomeUnknown, toAppError } from './pg-errors.ts';
import { type BoundStatement, PipelinedStatements } from './pipelined-statements.ts';
import type { SessionOptions } from './session-options.ts';
import type { Answer, RowForm } from './slot.ts';
import type { SlotSource } from './slot-pool.ts';

export type { AfterCommitHook } from './after-commit-hooks.ts';
export type { Limits, Planning, Scope } from './bind-packet.ts';

/** One level of the transaction: the transaction itself, or a savepoint. Each can have one open savepoint inside. */
interface Level {
  depth: number;
  occupied: boolean;
}

const noop = (): void => {};

/**
 * One transaction in one scope: the only way to a tenant's data.
 *
 * A slot is taken when the first statement runs; BEGIN and the settings of the scope are sent in the packet of that
 * statement. Statements that run at the same time are pipelined on the one connection. A failed statement fails the
 * session (later ones throw the same error and are not sent), unless a savepoint (`db.transaction`) around it is rolled
 * back. The slot is returned only after the end of the transaction and every earlier statement were answered: nothing
 * of this session can be in flight when the next one begins.
 */
export class Session<R extends AnyRelations> {
  #pool: SlotSource;
  #scope: Scope;
  #relations: R;
  #signal: AbortSignal | undefined;
  readonly #onHold: (() => () => void) | undefined;
  /** Ends the wait for a slot. */
  #stop = new AbortController();
  #root: Level = { depth: 0, occupied: false };
  #db: PostgresJsDatabase<R> | undefined;
  #lease: Promise<Lease> | undefined;
  /** Resolves when the bind packet was answered; never rejects. */
  #binding: Promise<void> | undefined;
  #bindError: unknown;
  /** Statements requested and not answered yet. */
  readonly #inFlight = new InFlight();
  /**
   * How many statements of the bind packet are not answered yet. NaN if the slot was still closing prepared statements
   * when the session got it: its outstanding statements then include those.
   */
  #bindInFlight = Number.NaN;
  #pipelined = new PipelinedStatements();
  /** The error that failed the transaction; undefined while it can continue. */
  #failure: unknown;
  #cancelled: Promise<void> | undefined;
  #ended = false;
  /** Whether `readOnce` has ended the session. */
  #readOnce = false;
  #closing: Promise<void> | undefined;
  #hooks = new AfterCommitHooks();
  #statements = 0;

  constructor(pool: SlotSource, scope: Scope, relations: R, options: SessionOptions = {}) {
    this.#pool = pool;
    this.#scope = scope;
    this.#relations = relations;
    this.#signal = options.signal;
    this.#onHold = options.onHold;
    if (this.#signal?.aborted) this.#cancel();
    else this.#signal?.addEventListener('abort', this.#cancel);
  }

  /** drizzle in this session's scope. */
  get db(): PostgresJsDatabase<R> {
    this.#db ??= drizzleOver(this.#runner(this.#root), this.#relations);
    return this.#db;
  }

  /**
   * Runs the only statement of a read session, without drizzle; the rows are bytes of text. BEGIN, the settings, the
   * statement and COMMIT are sent in one packet. The session is over afterwards; later calls rethrow its error.
   */
  async readOnce(text: string, parameters: readonly unknown[], planning?: Planning): Promise<Answer> {
    if (this.#scope.access === 'write') throw new AppError('INTERNAL', 'readOnce is for read sessions');
    if (this.#ended) throw (this.#readOnce && this.#failure) || over();
    this.#statements++;
    this.#scope = { ...this.#scope, planning };
    let commit: Promise<unknown> | undefined;
    const answer = this.#run((lease) => {
      const sent = lease.run(text, parameters, 'bytes');
      commit = lease.control('commit');
      commit.catch(noop);
      return sent;
    });
    this.#close();
    this.#readOnce = true;
    this.#closing = this.#giveBack((lease) => commit ?? lease.control('rollback'));
    return answer;
  }

  /** Runs a statement without drizzle; the rows are arrays. */
  run(text: string, parameters: readonly unknown[], form: RowForm = 'values'): Promise<Answer> {
    this.#statements++;
    return this.#run((lease) => lease.run(text, parameters, form));
  }

  /**
   * Sends a statement without waiting for its answer, in one packet with the statements that follow. If it fails, the
   * end of the transaction or savepoint throws its error, and so does `settled`.
   */
  send({ text, parameters, handlers }: BoundStatement): void {
    this.#pipelined.add(this.run(text, parameters), handlers);
  }

  /** Waits for the answers to statements sent by `send`. Throws the error of the first one that failed. */
  async settled(): Promise<void> {
    const failed = await this.#pipelined.firstFailure();
    if (failed) throw failed.error;
  }

  /** Whether binding the scope failed, or a failure of a statement sent by `send` has been observed. */
  get sentFailed(): boolean {
    return this.#pipelined.failed || this.#bindError !== undefined;
  }

  /**
   * The error of the first failed statement sent by `send`, because later errors follow from it; `error` if none
   * failed.
   */
  async causeOf(error: unknown): Promise<unknown> {
    const failed = await this.#pipelined.firstFailure();
    return failed ? failed.error : error;
  }

  /** Whether the session has requested a slot. */
  get bound(): boolean {
    return this.#lease !== undefined;
  }

  /** How many statements the session was given, without its own (BEGIN, SET, COMMIT, savepoints). */
  get statements(): number {
    return this.#statements;
  }

  /** Adds a hook that runs after the commit and never after a rollback. Its errors are logged. */
  onCommit(hook: AfterCommitHook): void {
    this.#hooks.add(hook);
  }

  /**
   * Ends the session. A write is saved when this resolves: the server answered COMMIT with COMMIT. A read has nothing
   * to lose, so it does not wait for its end.
   * @throws the session's first error; CONNECTION_LOST with `outcome: 'unknown'` if COMMIT was never answered.
   */
  async commit(): Promise<void> {
    if (this.#readOnce) return;
    this.#close();
    if (this.#root.occupied) this.#failure ??= new AppError('INTERNAL', 'Committed inside an open savepoint');
    if (this.#scope.access === 'read') this.#closing = this.#giveBack((lease) => lease.control('commit'));
    else await this.#save();
    if (!this.#failure) await this.#runHooks();
  }

  /**
   * Like `commit`, but sends COMMIT in one packet with the last statements (and BEGIN, if they are the first), before
   * their answers. If a statement or the bind packet failed, the server answers ROLLBACK and this throws the error.
   * Nothing may be sent afterwards. Falls back to `commit` if it is not certain that every statement was sent.
   */
  async commitPipelined(): Promise<void> {
    if (!this.#lease || this.#scope.access === 'read') return this.commit();
    // Earlier statements wait for the same slot, so they were sent when this continues
    const lease = await this.#bind();
    const sent = lease.alive && lease.outstanding === this.#inFlight.count + this.#bindInFlight;
    if (!sent || this.#failure || this.#ended || this.#root.occupied) return this.commit();
    this.#close();
    this.#forgetSignal();
    const saved = this.#savePipelined(lease);
    this.#closing = saved.catch(noop);
    await saved;
    await this.#runHooks();
  }

  /** Runs `work`, then commits; rolls back if it throws. If a pipelined statement failed first, throws its error. */
  async transact<T>(work: () => Promise<T>): Promise<T> {
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

  /** Ends the session and undoes its changes. Never throws; may be called after a failed commit, and twice. */
  async rollback(): Promise<void> {
    if (!this.#ended) {
      this.#close();
      this.#stop.abort();
      this.#closing = this.#giveBack((lease) => lease.control('rollback'));
    }
    if (this.#scope.access === 'write') await this.#closing;
  }

  #close(): void {
    if (this.#ended) throw over();
    this.#ended = true;
  }

  #runner(level: Level): StatementRunner {
    return {
      run: (text, parameters, values) => {
        this.#statements++;
        return this.#run((lease) => lease.run(text, parameters, values ? 'values' : 'objects'));
      },
      savepoint: (work) => this.#savepoint(level, work),
    };
  }

  #run(send: (lease: Lease) => Promise<Answer>): Promise<Answer> {
    const answer = this.#attempt(send);
    // The caller may have failed for another reason and no longer await this answer
    answer.catch(noop);
    return answer;
  }

  async #attempt(send: (lease: Lease) => Promise<Answer>): Promise<Answer> {
    if (this.#ended) throw (this.#readOnce && this.#failure) || over();
    if (this.#failure) throw this.#failure;
    this.#inFlight.begin();
    try {
      const lease = await this.#bind();
      if (this.#failure) throw this.#failure;
      const answer = await send(lease);
      await this.#binding;
      if (this.#bindError) throw this.#bindError;
      return answer;
    } catch (error) {
      // The binding was answered first, but its error may surface later
      await this.#binding;
      throw this.#fail(error);
    } finally {
      this.#inFlight.end();
    }
  }

  /** Keeps the first failure, and translates this one for the caller. */
  #fail(error: unknown): unknown {
    if (this.#cancelled || isAbortedTransaction(error)) return this.#failure ?? error;
    const failure = toAppError(error) ?? error;
    this.#failure ??= failure;
    return failure;
  }

  #bind(): Promise<Lease> {
    this.#lease ??= this.#open();
    return this.#lease;
  }

  async #open(): Promise<Lease> {
    const packet = bindPacket(this.#scope);
    const lease = await this.#pool.acquire(this.#scope.key, this.#stop.signal);
    lease.onEnd = this.#onHold?.();
    lease.applyScope(this.#scope);
    const failed = (error: unknown): void => {
      this.#bindError ??= this.#fail(error);
    };
    if (lease.outstanding === 0) this.#bindInFlight = 2;
    const bound = (): void => {
      this.#bindInFlight = 0;
    };
    this.#binding = Promise.all([lease.control(packet.begin), lease.control(packet.settings)]).then(bound, failed);
    return lease;
  }

  async #savepoint<T>(level: Level, work: (runner: StatementRunner) => Promise<T>): Promise<T> {
    if (level.occupied) throw new AppError('INTERNAL', 'Transactions inside one session must not overlap');
    level.occupied = true;
    const name = `s${level.depth}`;
    const hooks = this.#hooks.count;
    try {
      await this.settled();
      await this.#run((lease) => lease.control(`savepoint ${name}`));
      try {
        const result = await work(this.#runner({ depth: level.depth + 1, occupied: false }));
        await this.settled();
        await this.#untilQuiet();
        await this.#run((lease) => lease.control(`release savepoint ${name}`));
        return result;
      } catch (error) {
        const cause = await this.causeOf(error);
        this.#hooks.truncate(hooks);
        await this.#undo(name);
        throw cause;
      }
    } finally {
      level.occupied = false;
    }
  }

  /** Rolls back to a savepoint, after which the transaction can continue. If that fails, the session stays failed. */
  async #undo(name: string): Promise<void> {
    await this.#untilQuiet();
    if (this.#ended || this.#cancelled || this.#bindError) return;
    const undone = this.#failure;
    try {
      const lease = await this.#bind();
      await lease.control(`rollback to savepoint ${name}; release savepoint ${name}`);
      // A newer failure (a cancel, a statement pipelined behind this one) stays
      if (this.#failure === undone) this.#failure = undefined;
    } catch (error) {
      this.#fail(error);
    }
  }

  async #untilQuiet(): Promise<void> {
    while (this.#inFlight.count > 0) await this.#inFlight.untilNone();
    await this.#binding;
  }

  async #save(): Promise<void> {
    await this.#untilQuiet();
    const failed = await this.#pipelined.firstFailure();
    if (failed) this.#failure ??= failed.error;
    if (this.#failure || !this.#lease) {
      this.#closing = this.#giveBack((lease) => lease.control('rollback'));
      await this.#closing;
      if (this.#failure) throw failed ? failed.error : this.#failure;
      return;
    }
    // From here on a cancel is too late: it would be unknown whether the COMMIT was carried out.
    this.#forgetSignal();
    const lease = await this.#lease;
    if (!lease.alive) throw databaseError('CONNECTION_LOST');
    const { command } = await this.#commitOn(lease);
    if (command !== 'COMMIT') throw notCommitted(command);
  }

  async #savePipelined(lease: Lease): Promise<void> {
    const { command } = await this.#commitOn(lease);
    if (command === 'COMMIT' && !this.#bindError) return;
    const failed = await this.#pipelined.firstFailure();
    throw this.#bindError ?? failed?.error ?? this.#failure ?? notCommitted(command);
  }

  async #commitOn(lease: Lease): Promise<Answer> {
    try {
      return await lease.control('commit');
    } catch (error) {
      // An error in the answer (a deferred constraint, a conflict) ends the transaction as ROLLBACK does.
      if (isAnswer(error)) throw toAppError(error) ?? error;
      lease.discard();
      throw outcomeUnknown(error);
    } finally {
      await this.#untilQuiet();
      if (this.#bindError) lease.discard();
      else lease.release();
    }
  }

  /** Ends the transaction once every statement was answered. Closes the connection if it cannot end the transaction. */
  async #giveBack(end: (lease: Lease) => Promise<unknown>): Promise<void> {
    await this.#untilQuiet();
    this.#forgetSignal();
    const lease = await this.#lease?.catch(noop);
    if (this.#cancelled !== undefined) return await this.#cancelled;
    if (!lease) return;
    if (this.#bindError) return lease.discard();
    await end(lease).then(
      () => lease.release(),
      () => lease.discard(),
    );
  }

  /** The caller has gone: sends nothing more, cancels the running statement, and cleans the slot in the background. */
  #cancel = (): void => {
    this.#failure = databaseError('CANCELLED');
    this.#stop.abort();
    this.#cancelled = (this.#lease ?? Promise.reject()).then((lease) => lease.settle()).catch(noop);
  };

  #forgetSignal(): void {
    this.#signal?.removeEventListener('abort', this.#cancel);
  }

  #runHooks(): Promise<void> {
    return this.#hooks.run(this.#pool.logger, this.#scope.key);
  }
}

const over = (): AppError => new AppError('INTERNAL', 'The database session is over');
const notCommitted = (command: string): AppError => new AppError('INTERNAL', `COMMIT was answered by ${command}`);
