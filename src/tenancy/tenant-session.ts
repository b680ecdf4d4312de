import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type { BoundStatement } from '../db/pipelined-statements.ts';
import type { Planning, Session } from '../db/session.ts';
import type { Answer } from '../db/slot.ts';
import type { Relations } from '../relations.ts';
import type { Tenant } from './tenant.ts';

declare const ofTenant: unique symbol;

/** drizzle over one tenant's schema, bound in one transaction; the type for reads. */
export type TenantDb = PostgresJsDatabase<Relations> & { readonly [ofTenant]: true };

/** The same in a write transaction; the type for writes. */
export type TenantTx = TenantDb & {
  /** The organization's time zone; it decides which day it is. */
  readonly timeZone: string;
  /** Adds a hook that runs only after the commit. */
  onCommit(effect: () => void | Promise<void>): void;
  /** Runs a statement without drizzle; the rows are arrays. */
  run(text: string, parameters: readonly unknown[]): Promise<Answer>;
  /**
   * Sends a statement without waiting for its answer, in one packet with the statements that follow. If it fails, the
   * transaction fails with its error. What the program does next must not depend on it.
   */
  send(statement: BoundStatement): void;
};

/** One operation's access to one tenant. Commit or rollback ends it. */
export class TenantSession {
  readonly tenant: Tenant;
  readonly access: 'read' | 'write';
  readonly #session: Session<Relations>;
  #tx: TenantTx | undefined;

  constructor(tenant: Tenant, access: 'read' | 'write', session: Session<Relations>) {
    this.tenant = tenant;
    this.access = access;
    this.#session = session;
  }

  get db(): TenantDb {
    return this.#session.db as TenantDb;
  }

  /** The same facade for writing. Throws if the session was opened for reading. */
  get tx(): TenantTx {
    if (this.access !== 'write') throw new Error('This session was opened for reading');
    this.#tx ??= transactionOver(this.#session, this.tenant);
    return this.#tx;
  }

  /** Runs the only statement of a read session and ends the session; the rows are bytes of text. */
  readOnce(text: string, parameters: readonly unknown[], planning?: Planning): Promise<Answer> {
    return this.#session.readOnce(text, parameters, planning);
  }

  /** Runs a statement without drizzle; the rows are arrays. */
  runWritten(text: string, parameters: readonly unknown[]): Promise<Answer> {
    return this.#session.run(text, parameters);
  }

  /** Whether a statement has requested a connection. */
  get bound(): boolean {
    return this.#session.bound;
  }

  /** How many statements were sent, without those that open and end the session. */
  get statements(): number {
    return this.#session.statements;
  }

  onCommit(effect: () => void | Promise<void>): void {
    this.#session.onCommit(effect);
  }

  /** Waits for the answers to pipelined statements. Throws the error of the first one that failed. */
  settled(): Promise<void> {
    return this.#session.settled();
  }

  /** Whether a pipelined statement failed, once `settled`, `commit` or `commitPipelined` threw. */
  get sentFailed(): boolean {
    return this.#session.sentFailed;
  }

  /** The error of a failed pipelined statement, because later errors follow from it; otherwise the given error. */
  causeOf(error: unknown): Promise<unknown> {
    return this.#session.causeOf(error);
  }

  commit(): Promise<void> {
    return this.#session.commit();
  }

  /** The same in one packet with the statements sent last. Nothing may be sent afterwards. */
  commitPipelined(): Promise<void> {
    return this.#session.commitPipelined();
  }

  rollback(): Promise<void> {
    return this.#session.rollback();
  }

  /** Runs `work`, then commits; rolls back if it throws. */
  transact<T>(work: () => Promise<T>): Promise<T> {
    return this.#session.transact(work);
  }
}

/** A transaction's own methods in front of drizzle, which is created on first use: most changes do not need it. */
function transactionOver(session: Session<Relations>, { timeZone }: Tenant): TenantTx {
  const own = {
    timeZone,
    onCommit: (effect: () => void | Promise<void>) => session.onCommit(effect),
    run: (text: string, parameters: readonly unknown[]) => session.run(text, parameters),
    send: ({ text, parameters, handlers }: BoundStatement) => session.send(text, parameters, handlers),
  };
  return new Proxy(own, {
    get: (_own, key) => Reflect.get(Object.hasOwn(own, key) ? own : session.db, key) as unknown,
  }) as unknown as TenantTx;
}
