import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { AdminTx } from './admin.ts';

/** What an advisory lock guards: a text that PostgreSQL hashes to the lock's key, or the key itself. */
export interface AdvisoryLock {
  readonly name: string | number;
}

const named = (name: string): AdvisoryLock => ({ name: `chantier.${name}` });

/**
 * All advisory locks of the program except those of rules inside a tenant (`ruleLockStatement`). Never rename one:
 * during a rolling release, servers of the previous release take the same locks.
 */
export const advisoryLocks = {
  /** Setting up a database of the installation. */
  bootstrap: named('bootstrap'),
  /** Creating, granting and dropping roles: concurrent grants fail ("tuple concurrently updated"). */
  grants: named('grants'),
  /** Maintaining the tenants; held until the connection ends. */
  maintenance: named('maintain'),
  /** Scheduled backups, and restore drills of their archives; held until the connection ends. */
  backups: named('backups'),
  drills: named('drills'),
  /** Sealing values under the current secret; held until the connection ends. */
  resealing: named('resealing'),
  /** Building spare schemas. */
  spares: named('spares'),
  /** Making the next signing key. An arbitrary number, chosen before locks had names. */
  signingKeys: { name: 4_276_001 } satisfies AdvisoryLock,
  /** Changing the tables of a schema. */
  migration: (schemaName: string) => named(`migrate ${schemaName}`),
  /** Dropping a schema. */
  drop: (databaseId: string, schemaName: string) => named(`drop ${databaseId} ${schemaName}`),
  /** Creating the organization with this slug. */
  provisioning: (slug: string) => named(`provision ${slug}`),
  /** An organization's place and status: moves, restores, deletion and changes of its status. */
  life: (organizationId: string) => named(`life ${organizationId}`),
  /** Registering documents, of an organization or of the installation. */
  documents: (owner: string) => named(`documents ${owner}`),
  /** A run of the isolation proof; held as long as its process lives. */
  proof: (run: string) => named(`proof ${run}`),
};

const dialect = new PgDialect();
const keyOfName = (name: SQL): SQL => sql`hashtextextended(${name}, 0)`;
const keyOf = ({ name }: AdvisoryLock): SQL => (typeof name === 'number' ? sql`${name}` : keyOfName(sql`${name}`));

/** Waits for the lock and holds it until the transaction ends. */
export const lockStatement = (lock: AdvisoryLock): SQL => sql`select pg_advisory_xact_lock(${keyOf(lock)})`;

/** The same for a rule of the current schema. Locks belong to the database, so the key contains the schema's name. */
export const ruleLockStatement = (rule: SQL): SQL =>
  sql`select pg_advisory_xact_lock(${keyOfName(sql`current_schema() || ${rule}`)})`;

/** Holds the lock until the transaction ends if it is free now, and returns `held`. */
export const tryLockStatement = (lock: AdvisoryLock): SQL =>
  sql`select pg_try_advisory_xact_lock(${keyOf(lock)}) as held`;

/** Holds it together with other transactions that share it. */
const tryLockSharedStatement = (lock: AdvisoryLock): SQL =>
  sql`select pg_try_advisory_xact_lock_shared(${keyOf(lock)}) as held`;

/** Holds it until the connection ends. */
const tryLockSessionStatement = (lock: AdvisoryLock): SQL => sql`select pg_try_advisory_lock(${keyOf(lock)}) as held`;

/**
 * Waits for the lock and holds it until the transaction ends. First applies the settings to the transaction, in the
 * same statement: `lock_timeout` limits the wait.
 */
export async function takeLock(
  tx: AdminTx,
  lock: AdvisoryLock,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const set = Object.entries(settings).map(([name, value]) => sql`set_config(${name}, ${value}, true), `);
  await run(tx, sql`select ${sql.join(set)}pg_advisory_xact_lock(${keyOf(lock)})`);
}

/** Returns false at once if another transaction holds the lock; otherwise holds it until this transaction ends. */
export const tryLock = (tx: AdminTx, lock: AdvisoryLock): Promise<boolean> => held(tx, tryLockStatement(lock));

/** The same, but transactions that share the lock hold it together. */
export const tryLockShared = (tx: AdminTx, lock: AdvisoryLock): Promise<boolean> =>
  held(tx, tryLockSharedStatement(lock));

/** The same as `tryLock`, but holds the lock until the connection ends. */
export const tryLockSession = (admin: AdminTx, lock: AdvisoryLock): Promise<boolean> =>
  held(admin, tryLockSessionStatement(lock));

async function held(tx: AdminTx, statement: SQL): Promise<boolean> {
  const [row] = await run<{ held: boolean }>(tx, statement);
  return row?.held === true;
}

function run<T extends object>(tx: AdminTx, statement: SQL): Promise<T[]> {
  const { sql: text, params } = dialect.sqlToQuery(statement);
  return tx.run<T>(text, params);
}
