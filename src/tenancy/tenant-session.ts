import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type { BoundStatement } from '../db/pipelined-statements.ts';
import { type Scope, Session } from '../db/session.ts';
import type { SessionOptions } from '../db/session-options.ts';
import type { Answer } from '../db/slot.ts';
import type { SlotSource } from '../db/slot-pool.ts';
import { type Relations, relations } from '../relations.ts';
import type { Tenant } from './tenant.ts';

declare const ofTenant: unique symbol;

/** drizzle over one tenant's schema, bound in one transaction; the type for reads. */
export type TenantDb = PostgresJsDatabase<Relations> & {
  readonly [ofTenant]: true;
  /** Runs a statement without drizzle; the rows are arrays. */
  run(text: string, parameters: readonly unknown[]): Promise<Answer>;
};

/** The same in a write transaction; the type for writes. */
export type TenantTx = TenantDb & {
  /** The organization's time zone; it decides which day it is. */
  readonly timeZone: string;
  /** The organization's currency. */
  readonly currency: string;
  /** The cursor of the last event that the transaction wrote; null if it wrote none. */
  lastChange: string | null;
  /** The id that the client gave to the mutation, which its events carry. */
  clientMutationId: string | undefined;
  /** Whether the transaction added jobs: after its commit the workers are told. */
  hasNewJobs: boolean;
  /** Whether the answer contains a secret: if it is stored for retries, it is sealed. */
  answerIsSecret: boolean;
  /** Adds a hook that runs only after the commit. */
  onCommit(effect: () => void | Promise<void>): void;
  /**
   * Sends a statement without waiting for its answer, in one packet with the statements that follow. If it fails, the
   * transaction fails with its error. What the program does next must not depend on it.
   */
  send(statement: BoundStatement): void;
};

/** One operation's access to one tenant. Commit or rollback ends it. */
export class TenantSession extends Session<Relations> {
  readonly tenant: Tenant;
  /** The transaction of a session that writes; undefined in one that reads. */
  readonly tx: TenantTx | undefined;
  #db: TenantDb | undefined;

  constructor(tenant: Tenant, slots: SlotSource, scope: Scope, options: SessionOptions = {}) {
    super(slots, scope, relations, options);
    this.tenant = tenant;
    if (scope.access === 'write') this.tx = transactionOver(this, tenant);
  }

  override get db(): TenantDb {
    this.#db ??= Object.assign(super.db, { run: this.run.bind(this) }) as TenantDb;
    return this.#db;
  }
}

/** A transaction's own methods over drizzle, which is created on first use: most changes do not need it. */
function transactionOver(session: TenantSession, { timeZone, currency }: Tenant): TenantTx {
  const drizzle = new Proxy({}, { get: (_none, key) => Reflect.get(session.db, key) as unknown });
  return Object.assign(Object.create(drizzle), {
    timeZone,
    currency,
    lastChange: null,
    clientMutationId: undefined,
    hasNewJobs: false,
    answerIsSecret: false,
    onCommit: session.onCommit.bind(session),
    run: session.run.bind(session),
    send: session.send.bind(session),
  }) as TenantTx;
}
