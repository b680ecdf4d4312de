import type { Admin, AdminTx, CopyTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { Migration } from '../../db/migration-files.ts';
import { isMissingTable } from '../../db/pg-errors.ts';
import { AppError } from '../../lib/errors.ts';
import { useCopyText } from './table-copy.ts';
import { type TenantTable, tablesMade } from './tenant-tables.ts';

export interface SnapshotSource {
  schemaName: string;
  /** The owner of its tables. */
  ownerRole: string;
  /** Every migration that may have created a table there. */
  migrations: readonly Migration[];
}

type Work<T> = (tx: CopyTx, tables: readonly TenantTable[]) => Promise<T>;

const attempts = 5;
const lockTimeout = '10s';

/**
 * Runs work in one snapshot of a schema, with its tables. The tables are locked against ALTER and DROP before the
 * snapshot begins, because a table that is rewritten later would look empty in it; rows can still change. Throws
 * NOT_FOUND for a schema without tables, TRANSACTION_CONFLICT if migrations change the tables during every attempt.
 */
export async function inSnapshot<T>(admin: Admin, source: SnapshotSource, work: Work<T>): Promise<T> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const before = namesOf(await tablesMade(admin, source.migrations, source.schemaName));
    if (before.length === 0) throw new AppError('NOT_FOUND', `There is no schema ${source.schemaName} with tables`);
    const done = await attemptOnce(admin, source, before, work);
    if (done) return done.result;
  }
  throw new AppError('TRANSACTION_CONFLICT', `${source.schemaName} is being migrated`, { retryAfter: 10 });
}

/** Returns undefined if the tables were changed before they could be locked. */
function attemptOnce<T>(
  admin: Admin,
  { schemaName, ownerRole, migrations }: SnapshotSource,
  before: readonly string[],
  work: Work<T>,
): Promise<{ result: T } | undefined> {
  let locked = false;
  return admin
    .transaction(async (tx) => {
      await lockTables(tx, { schemaName, ownerRole }, before);
      locked = true;
      // The first statement that reads: it takes the snapshot
      await useCopyText(tx);
      const tables = await tablesMade(tx, migrations, schemaName);
      return namesOf(tables).join() === before.join() ? { result: await work(tx, tables) } : undefined;
    })
    .catch((error: unknown) => {
      if (locked || !isMissingTable(error)) throw error;
      return undefined;
    });
}

/** None of these statements takes the snapshot yet. */
async function lockTables(
  tx: AdminTx,
  { schemaName, ownerRole }: Pick<SnapshotSource, 'schemaName' | 'ownerRole'>,
  names: readonly string[],
): Promise<void> {
  const tables = names.map((name) => `${quoteIdentifier(schemaName)}.${quoteIdentifier(name)}`);
  await tx.run('set transaction isolation level repeatable read, read only');
  await tx.run(`set local role ${quoteIdentifier(ownerRole)}`);
  await tx.run(`set local lock_timeout = '${lockTimeout}'`);
  await tx.run(`lock table ${tables.join(', ')} in access share mode`);
}

const namesOf = (tables: readonly TenantTable[]): string[] => tables.map(({ name }) => name);
