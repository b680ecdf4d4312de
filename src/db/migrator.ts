import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../lib/errors.ts';
import type { Admin, AdminTx } from './admin.ts';
import { quoteIdentifier } from './identifier.ts';
import type { Migration } from './migration-files.ts';
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
}

/** Met by any change of shared rows or of locked tables: the whole transaction may be tried again. */
const passing = new Set(['40001', '40P01', '55P03']);
const firstPauseMs = 50;
const innocent = new Set<ErrorCode>(['CONNECTION_LOST', 'UNAVAILABLE', 'TRANSACTION_CONFLICT', 'CANCELLED']);

/** Applies migrations in order, each in a transaction of its own with its row in the ledger. Throws MIGRATION_FAILED. */
export async function applyMigrations(
  admin: Admin,
  target: MigrationTarget,
  pending: readonly Migration[],
  options: MigrateOptions = {},
): Promise<void> {
  for (const migration of pending) {
    try {
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

async function applyOne(tx: AdminTx, target: MigrationTarget, migration: Migration, lockMs: number): Promise<void> {
  const row = [target.schemaName, migration.line, migration.name];
  await scope(tx, target, target.ledgerRole, lockMs);
  await tx.run(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`chantier.migrate ${target.schemaName}`]);
  // Another process may have applied it while this one waited
  const done = await tx.run(
    `select 1 from chantier.tenant_migrations where schema_name = $1 and module = $2 and name = $3`,
    row,
  );
  if (done.length > 0) return;
  await scope(tx, target, target.ownerRole, lockMs);
  for (const statement of migration.statements) {
    await tx.run(statement);
    const table = createdTable(statement);
    const rest = table === undefined ? [] : (target.afterCreateTable?.(migration.line, table) ?? []);
    for (const next of rest) await tx.run(next);
  }
  await scope(tx, target, target.ledgerRole, lockMs);
  await tx.run(`insert into chantier.tenant_migrations (schema_name, module, name, hash) values ($1, $2, $3, $4)`, [
    ...row,
    migration.hash,
  ]);
}

async function scope(tx: AdminTx, target: MigrationTarget, role: string | null, lockMs: number): Promise<void> {
  const path = target.searchPath.map(quoteIdentifier).join(', ');
  await tx.run(
    `select set_config('role', $1, true), set_config('search_path', $2, true), set_config('lock_timeout', $3, true)`,
    [role ?? 'none', path, `${lockMs}ms`],
  );
}

const createdTable = (statement: string): string | undefined => /^\s*create table "?(\w+)"?/i.exec(statement)?.[1];

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
