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
  lookup?: LookupFunction | undefined;
  applicationName?: string;
  onStatement?: (text: string) => void;
  connectMs?: number;
}

/** Runs one statement at a time, each in a message of its own, and gives its rows. */
export interface AdminTx {
  run<T extends object = Row>(text: string, parameters?: readonly unknown[]): Promise<T[]>;
}

/** A transaction that can carry COPY: one at a time, and no other statement until its stream has ended. */
export interface CopyTx extends AdminTx {
  /** The data of a COPY TO STDOUT. Whoever stops reading early ends the transaction and its connection. */
  copyOut(text: string): Readable;
  /** Takes the data of a COPY FROM STDIN; finished when the server has accepted it. */
  copyIn(text: string): Writable;
}

/** A transaction that holds a lock, or a snapshot, waits while the work goes on elsewhere: however the server is configured. */
const settings = { idle_in_transaction_session_timeout: '0' };

const inTransaction = new AsyncLocalStorage<Admin>();

/** The caller's word on what its SQL selects. */
const rows = <T extends object>(answer: Answer): T[] => answer as unknown as T[];

/**
 * The administrator's connection, for bootstrap, provisioning and migrations. It takes one caller at a time, connects
 * when first used, and again after it was lost; a transaction never goes on on another connection than its own.
 */
export class Admin implements AdminTx, AsyncDisposable {
  #options: AdminOptions;
  #slot: Slot | undefined;
  #turn: Promise<void> = Promise.resolve();
  #disposed = false;
  #late = false;

  constructor(options: AdminOptions) {
    this.#options = options;
  }

  /** Runs one statement on its own, outside a transaction. */
  run<T extends object = Row>(text: string, parameters: readonly unknown[] = []): Promise<T[]> {
    return this.#exclusively(async (slot) => rows<T>(await slot.runOnce(text, parameters)));
  }

  /**
   * Runs `work` in a transaction, which is committed when it returns and rolled back when it throws.
   * @throws what `work` threw; CONNECTION_LOST with `outcome: 'unknown'` when the answer to COMMIT never came.
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
   * Does `work` within so many milliseconds. Then the connection is ended: whatever the work waits for of it fails with
   * CONNECTION_LOST, a COPY too, and so does what it asks for later. For servers that may stop answering.
   */
  async within<T>(ms: number, work: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.#late = true;
      this.#slot?.destroy();
    }, ms);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      this.#late = false;
    }
  }

  /** Waits for what is under way, then closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#turn;
    await this.#slot?.close();
  }

  async #exclusively<T>(work: (slot: Slot) => Promise<T>): Promise<T> {
    // It would wait for itself
    if (inTransaction.getStore() === this) throw new AppError('INTERNAL', 'Inside a transaction, use the transaction');
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
    if (this.#disposed) throw over();
    if (this.#late) throw databaseError('CONNECTION_LOST');
    if (!this.#slot?.alive) {
      const { url, lookup, onStatement, applicationName = 'chantier admin', connectMs = 10_000 } = this.#options;
      this.#slot = await Slot.open({ url, lookup, prepare: false, applicationName, connectMs, onStatement, settings });
      // DDL over many rows takes its time; the server's own limits decide.
      this.#slot.limitStatements(0);
    }
    if (this.#late) {
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
