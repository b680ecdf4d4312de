import { AsyncLocalStorage } from 'node:async_hooks';
import type { LookupFunction } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Row } from 'postgres';
import { AppError } from '../lib/errors.ts';
import { readCopy, writeCopy } from './copy.ts';
import { databaseError, isAnswer, outcomeUnknown } from './pg-errors.ts';
import { type Answer, Slot } from './slot.ts';

export interface AdminOptions {
  url: string;
  /** Other passwords of the login, tried in turn if the server refuses the password in the URL. */
  otherPasswords?: readonly string[] | undefined;
  lookup?: LookupFunction | undefined;
  applicationName?: string;
  onStatement?: (text: string) => void;
  connectMs?: number;
}

/** Runs one statement at a time, each in a message of its own, and returns its rows. */
export interface AdminTx {
  run<T extends object = Row>(text: string, parameters?: readonly unknown[]): Promise<T[]>;
}

/** A transaction that can run COPY. Until the stream of a COPY has ended, no other statement may run. */
export interface CopyTx extends AdminTx {
  /** The data of a COPY TO STDOUT. If the reader stops early, the transaction and its connection end. */
  copyOut(text: string): Readable;
  /** Accepts the data of a COPY FROM STDIN; `finish` means that the server has accepted all of it. */
  copyIn(text: string): Writable;
}

/**
 * A transaction may hold a lock or a snapshot while it waits for other work, so the server's idle limit is switched
 * off.
 */
const settings = { idle_in_transaction_session_timeout: '0' };

const inTransaction = new AsyncLocalStorage<Admin>();

/** The caller states the row type of its SQL. */
const rows = <T extends object>(answer: Answer): T[] => answer as unknown as T[];

/**
 * The administrator's connection, for bootstrap, provisioning and migrations. It serves one caller at a time. It
 * connects on first use and reconnects after a loss, but a transaction never continues on another connection.
 */
export class Admin implements AdminTx, AsyncDisposable {
  #options: AdminOptions;
  #slot: Slot | undefined;
  #turn: Promise<void> = Promise.resolve();
  #disposed = false;
  #deadlinePassed = false;

  constructor(options: AdminOptions) {
    this.#options = options;
  }

  /** Runs one statement on its own, outside a transaction. */
  run<T extends object = Row>(text: string, parameters: readonly unknown[] = []): Promise<T[]> {
    return this.#exclusively(async (slot) => rows<T>(await slot.runOnce(text, parameters)));
  }

  /**
   * Runs `work` in a transaction, which is committed when it returns and rolled back when it throws.
   * @throws the error of `work`; CONNECTION_LOST with `outcome: 'unknown'` if COMMIT was never answered.
   */
  transaction<T>(work: (tx: CopyTx) => Promise<T>): Promise<T> {
    return this.#exclusively(async (slot) => {
      let open = true;
      const opened = (): Slot => {
        if (!open) throw over();
        return slot;
      };
      const tx: CopyTx = {
        run: async <R extends object>(text: string, parameters: readonly unknown[] = []) =>
          rows<R>(await opened().runOnce(text, parameters)),
        copyOut: (text) => readCopy(opened().copy(text)),
        copyIn: (text) => writeCopy(opened().copy(text)),
      };
      await slot.control('begin');
      try {
        const result = await inTransaction.run(this, () => work(tx));
        open = false;
        await commit(slot);
        return result;
      } catch (error) {
        open = false;
        if (slot.alive) await slot.control('rollback').catch(() => slot.destroy());
        throw error;
      }
    });
  }

  /**
   * Runs `work` with a deadline in milliseconds, for servers that may stop answering. At the deadline the connection is
   * closed: pending statements and COPY streams fail with CONNECTION_LOST, and so do later ones of this work.
   */
  async within<T>(ms: number, work: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.#deadlinePassed = true;
      this.#slot?.destroy();
    }, ms);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      this.#deadlinePassed = false;
    }
  }

  /** Waits for work in progress, then closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#turn;
    await this.#slot?.close();
  }

  async #exclusively<T>(work: (slot: Slot) => Promise<T>): Promise<T> {
    // Otherwise the call would wait for its own transaction
    if (inTransaction.getStore() === this)
      throw new AppError('INTERNAL', 'Inside a transaction, run statements on its `tx`');
    const before = this.#turn;
    const turn = Promise.withResolvers<void>();
    this.#turn = turn.promise;
    await before;
    try {
      return await work(await this.#connected());
    } finally {
      turn.resolve();
    }
  }

  async #connected(): Promise<Slot> {
    if (this.#disposed) throw new AppError('INTERNAL', "The administrator's connection is closed");
    if (this.#deadlinePassed) throw databaseError('CONNECTION_LOST');
    if (!this.#slot?.alive) {
      const { applicationName = 'chantier admin', connectMs = 10_000, ...rest } = this.#options;
      this.#slot = await Slot.open({ ...rest, prepare: false, applicationName, connectMs, settings });
      // DDL over many rows takes long; the server's own limits apply.
      this.#slot.limitStatements(0);
    }
    if (this.#deadlinePassed) {
      this.#slot.destroy();
      throw databaseError('CONNECTION_LOST');
    }
    return this.#slot;
  }
}

async function commit(slot: Slot): Promise<void> {
  if (!slot.alive) throw databaseError('CONNECTION_LOST');
  const { command } = await slot.control('commit').catch((error: unknown) => {
    throw isAnswer(error) ? error : outcomeUnknown(error);
  });
  if (command !== 'COMMIT') throw new AppError('INTERNAL', 'The transaction had failed before its COMMIT');
}

const over = (): AppError => new AppError('INTERNAL', "The administrator's transaction is over");
