import type { Admin, AdminTx, CopyTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { Migration } from '../../db/migration-files.ts';
import { isMissingTable } from '../../db/pg-errors.ts';
import { AppError } from '../../lib/errors.ts';
import { useCopyText } from './table-copy.ts';
import { type TenantTable, tablesMade } from './tenant-tables.ts';

export interface SnapshotSource {
  schemaName: string;
  /** Who owns its tables. */
  ownerRole: string;
  /** Every migration that may have made a table there. */
  migrations: readonly Migration[];
}

type Work<T> = (tx: CopyTx, tables: readonly TenantTable[]) => Promise<T>;

const attempts = 5;
const lockTimeout = '10s';

/**
 * Does the work in one snapshot of a schema, with its tables. They are locked against changes of their form before the
 * snapshot begins: one that rewrote a table meanwhile would make it seem empty. Their rows may change as ever. Throws
 * NOT_FOUND for a schema without tables, TRANSACTION_CONFLICT when it is being migrated all the time.
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

/** Gives nothing when the tables are others by the time they are locked. */
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
      // The first statement that reads: the snapshot is of now
      await useCopyText(tx);
      const tables = await tablesMade(tx, migrations, schemaName);
      return namesOf(tables).join() === before.join() ? { result: await work(tx, tables) } : undefined;
    })
    .catch((error: unknown) => {
      if (locked || !isMissingTable(error)) throw error;
      return undefined;
    });
}

/** None of these statements begins the snapshot yet. */
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
