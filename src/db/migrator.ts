import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../lib/errors.ts';
import type { Admin, AdminTx } from './admin.ts';
import { advisoryLocks, takeLock } from './advisory-lock.ts';
import { quoteIdentifier } from './identifier.ts';
import { type Batches, createdTable, type Migration } from './migration-files.ts';
import { sqlStateOf, toAppError } from './pg-errors.ts';

/** A schema that migrations are applied to. */
export interface MigrationTarget {
  schemaName: string;
  searchPath: readonly string[];
  /** Owner of new tables; null for migrations that only the administrator's login may run. */
  ownerRole: string | null;
  /** The role that writes the ledger. */
  ledgerRole: string;
  /** Statements to run after a table is created, such as a REVOKE: they depend on names that only the target knows. */
  afterCreateTable?(line: string, table: string): readonly string[];
}

export interface MigrateOptions {
  /** How long one statement may wait for a lock; other statements queue behind it meanwhile. */
  lockMs?: number;
  attempts?: number;
  /** Stops a batched change between two batches. */
  signal?: AbortSignal | undefined;
}

const firstId = '00000000-0000-0000-0000-000000000000';
/** Small enough that concurrent changes of the same rows do not wait long. */
const batchSize = 500;

/** SQLSTATEs of conflicts with concurrent changes: the whole transaction may be tried again. */
const transient = new Set(['40001', '40P01', '55P03']);
const firstPauseMs = 50;
const environmental = new Set<ErrorCode>(['CONNECTION_LOST', 'UNAVAILABLE', 'TRANSACTION_CONFLICT', 'CANCELLED']);

/**
 * Applies migrations in order: first the batches of each, then its statements in one transaction together with its row
 * in the ledger. Throws MIGRATION_FAILED; CANCELLED if the signal stopped it.
 */
export async function applyMigrations(
  admin: Admin,
  target: MigrationTarget,
  pending: readonly Migration[],
  options: MigrateOptions = {},
): Promise<void> {
  for (const migration of pending) {
    try {
      for (const batches of migration.batches) await applyBatches(admin, target, batches, options);
      await retried(options.attempts ?? 6, () =>
        admin.transaction((tx) => applyOne(tx, target, migration, options.lockMs ?? 3_000)),
      );
    } catch (error) {
      throw failed(target, migration, error);
    }
  }
}

/**
 * Retries, after growing pauses, work that failed only because of a concurrent transaction: locks, deadlocks, and
 * "tuple concurrently updated", which parallel grants cause.
 */
export async function retried<T>(attempts: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isTransient(error)) throw error;
      await delay(firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}

/**
 * Takes the lock and inserts the ledger's row first: another process at the same migration waits for the lock, and then
 * finds the row. The statements of the migration follow in one packet, each in a message of its own.
 */
async function applyOne(tx: AdminTx, target: MigrationTarget, migration: Migration, lockMs: number): Promise<void> {
  const { schemaName, ownerRole, ledgerRole } = target;
  const entered = enter(tx, target, ledgerRole, lockMs);
  const inserted = tx.run(
    `insert into chantier.tenant_migrations (schema_name, module, name, hash) values ($1, $2, $3, $4) on conflict do nothing returning 1`,
    [schemaName, migration.line, migration.name, migration.hash],
  );
  await allOf([entered, inserted]);
  if ((await inserted).length === 0) return;
  const changed =
    ownerRole === ledgerRole ? [] : [tx.run(`select set_config('role', $1, true)`, [ownerRole ?? 'none'])];
  await allOf([...changed, ...statementsOf(target, migration).map((statement) => tx.run(statement))]);
}

/** Changes a table's rows in the order of their ids, one transaction per batch. A rerun starts from the first id. */
async function applyBatches(
  admin: Admin,
  target: MigrationTarget,
  { table, statement }: Batches,
  options: MigrateOptions,
): Promise<void> {
  const rowsAfter = `select id::text as id from ${quoteIdentifier(table)} where id > $1::uuid order by id limit ${batchSize}`;
  const change = async (tx: AdminTx, last: string): Promise<string[]> => {
    await enter(tx, target, target.ownerRole, options.lockMs ?? 3_000);
    const ids = (await tx.run<{ id: string }>(rowsAfter, [last])).map(({ id }) => id);
    if (ids.length > 0) await tx.run(statement, [ids]);
    return ids;
  };
  for (let last: string | undefined = firstId; last !== undefined; ) {
    if (options.signal?.aborted)
      throw new AppError('CANCELLED', 'The migration was interrupted: rerun the same command to resume');
    const from: string = last;
    const ids = await retried(options.attempts ?? 6, () => admin.transaction((tx) => change(tx, from)));
    last = ids.at(-1);
  }
}

/** Sets the scope of the transaction and locks the schema against concurrent migrations. */
const enter = (tx: AdminTx, target: MigrationTarget, role: string | null, lockMs: number): Promise<void> =>
  takeLock(tx, advisoryLocks.migration(target.schemaName), {
    role: role ?? 'none',
    search_path: target.searchPath.map(quoteIdentifier).join(', '),
    lock_timeout: `${lockMs}ms`,
  });

/** The statements of a migration, each followed by the target's additions. */
export function statementsOf(target: MigrationTarget, { line, statements }: Migration): string[] {
  return statements.flatMap((statement) => {
    const table = createdTable(statement);
    return [statement, ...(table === undefined ? [] : (target.afterCreateTable?.(line, table) ?? []))];
  });
}

/** Waits for all answers. Throws the first error, because the later ones follow from it. */
export async function allOf(answers: readonly Promise<unknown>[]): Promise<void> {
  for (const answer of await Promise.allSettled(answers)) if (answer.status === 'rejected') throw answer.reason;
}

const isTransient = (error: unknown): boolean =>
  transient.has(sqlStateOf(error) ?? '') || (error instanceof Error && /tuple concurrently/.test(error.message));

/** An error that any statement could have met says nothing about the migration: it is returned unchanged. */
function failed(target: MigrationTarget, migration: Migration, cause: unknown): AppError {
  const known = toAppError(cause);
  if (known && environmental.has(known.code)) return known;
  const reason = cause instanceof Error ? rootOf(cause).message : String(cause);
  const name = `${migration.line}/${migration.name}`;
  const { schemaName } = target;
  return new AppError(
    'MIGRATION_FAILED',
    `${schemaName}: ${name}: ${reason}`,
    { schemaName, migration: name },
    { cause },
  );
}

const rootOf = (error: Error): Error => (error.cause instanceof Error ? rootOf(error.cause) : error);
