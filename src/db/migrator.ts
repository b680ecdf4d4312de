import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../lib/errors.ts';
import type { Admin, AdminTx } from './admin.ts';
import { quoteIdentifier } from './identifier.ts';
import { type Batches, createdTable, type Migration } from './migration-files.ts';
import { sqlStateOf, toAppError } from './pg-errors.ts';

/** A schema that migrations are applied to. */
export interface MigrationTarget {
  schemaName: string;
  searchPath: readonly string[];
  /** Whose the new tables are; null for what only the administrator's login may do. */
  ownerRole: string | null;
  /** Who writes the ledger. */
  ledgerRole: string;
  /** What follows the making of a table, such as a REVOKE: rights that depend on names known here only. */
  afterCreateTable?(line: string, table: string): readonly string[];
}

export interface MigrateOptions {
  /** How long one statement may wait for a lock, while those behind it wait for this one. */
  lockMs?: number;
  attempts?: number;
  /** Stops a change of many rows between two batches. */
  signal?: AbortSignal | undefined;
}

const firstId = '00000000-0000-0000-0000-000000000000';
/** Few enough that nobody who changes one of these rows waits long. */
const batchSize = 500;

/** Met by any change of shared rows or of locked tables: the whole transaction may be tried again. */
const passing = new Set(['40001', '40P01', '55P03']);
const firstPauseMs = 50;
const innocent = new Set<ErrorCode>(['CONNECTION_LOST', 'UNAVAILABLE', 'TRANSACTION_CONFLICT', 'CANCELLED']);

/**
 * Applies migrations in order, each in a transaction of its own with its row in the ledger, after its batches. Throws
 * MIGRATION_FAILED, and CANCELLED where the signal stopped it.
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
 * Tries again, after growing pauses, what failed only because another transaction was in the way: locks, deadlocks, and
 * "tuple concurrently updated", which grants in parallel meet.
 */
export async function retried<T>(attempts: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isPassing(error)) throw error;
      await delay(firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}

/**
 * The ledger's row comes first: another process that is at the same migration waits at its key, and finds it there once
 * this one has committed. The statements of the migration follow in one packet, each in a message of its own.
 */
async function applyOne(tx: AdminTx, target: MigrationTarget, migration: Migration, lockMs: number): Promise<void> {
  const { schemaName, ownerRole, ledgerRole } = target;
  const entered = await allOf([
    enter(tx, target, ledgerRole, lockMs),
    tx.run(
      `insert into chantier.tenant_migrations (schema_name, module, name, hash) values ($1, $2, $3, $4) on conflict do nothing returning 1`,
      [schemaName, migration.line, migration.name, migration.hash],
    ),
  ]);
  if (entered[1]!.length === 0) return;
  const changed =
    ownerRole === ledgerRole ? [] : [tx.run(`select set_config('role', $1, true)`, [ownerRole ?? 'none'])];
  await allOf([...changed, ...statementsOf(target, migration).map((statement) => tx.run(statement))]);
}

/** Changes the rows of a table in the order of their ids, a transaction for each batch. Interrupted, it starts over. */
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
    if (options.signal?.aborted) throw new AppError('CANCELLED', 'The migration was interrupted: run it again');
    const from: string = last;
    const ids = await retried(options.attempts ?? 6, () => admin.transaction((tx) => change(tx, from)));
    last = ids.at(-1);
  }
}

/** Sets the scope of the transaction and keeps every other change of this schema out. */
function enter(tx: AdminTx, target: MigrationTarget, role: string | null, lockMs: number): Promise<unknown[]> {
  const path = target.searchPath.map(quoteIdentifier).join(', ');
  return tx.run(
    `select set_config('role', $1, true), set_config('search_path', $2, true), set_config('lock_timeout', $3, true), pg_advisory_xact_lock(hashtextextended($4, 0))`,
    [role ?? 'none', path, `${lockMs}ms`, `chantier.migrate ${target.schemaName}`],
  );
}

/** What a migration sends: its statements, with what belongs after each. */
export function statementsOf(target: MigrationTarget, { line, statements }: Migration): string[] {
  return statements.flatMap((statement) => {
    const table = createdTable(statement);
    return [statement, ...(table === undefined ? [] : (target.afterCreateTable?.(line, table) ?? []))];
  });
}

/** Waits for all answers; throws what the first failed of, since the others fail of that one. */
export async function allOf<T>(answers: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(answers);
  return settled.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}

const isPassing = (error: unknown): boolean =>
  passing.has(sqlStateOf(error) ?? '') || (error instanceof Error && /tuple concurrently/.test(error.message));

/** What would have failed any statement says nothing about the migration: it is passed on as it is. */
function failed(target: MigrationTarget, migration: Migration, cause: unknown): AppError {
  const known = toAppError(cause);
  if (known && innocent.has(known.code)) return known;
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
