import { pipeline } from 'node:stream/promises';
import type { Admin, CopyTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { isRefusedRow } from '../../db/pg-errors.ts';
import { writeCounters } from './counters.ts';
import { type ArchivedTable, badArchive } from './manifest.ts';
import { copyIn, useCopyText } from './table-copy.ts';
import type { TenantTable } from './tenant-tables.ts';

/** The schema to load rows into, and the owner of its tables. */
export interface LoadTarget {
  admin: Admin;
  schemaName: string;
  ownerRole: string;
}

/**
 * Prepares a table to be filled in parts. Rows may refer to rows of the same table in a later part, so those foreign
 * keys are dropped until `finishLoading`.
 */
export async function beginLoading(target: LoadTarget, table: TenantTable): Promise<void> {
  if (table.selfReferences.length === 0) return;
  await inSchema(target, async (tx) => {
    for (const { name } of table.selfReferences) {
      await tx.run(`alter table ${quoteIdentifier(table.name)} drop constraint ${quoteIdentifier(name)}`);
    }
  });
}

/**
 * Loads one part in a transaction of its own: a transaction over the whole table would hold back the event logs of all
 * tenants of the database meanwhile. Throws BAD_INPUT for rows that the table rejects.
 */
export const loadPart = (target: LoadTarget, table: TenantTable, text: Buffer): Promise<void> =>
  rejectingInvalidRows(table, () =>
    inSchema(target, async (tx) => {
      await useCopyText(tx);
      await pipeline([text], copyIn(tx, target.schemaName, table));
    }),
  );

/** Restores the foreign keys, sets the sequences, and updates the planner's statistics. */
export const finishLoading = (target: LoadTarget, table: TenantTable, archived: ArchivedTable): Promise<void> =>
  rejectingInvalidRows(table, () =>
    inSchema(target, async (tx) => {
      for (const { name, definition } of table.selfReferences) {
        await tx.run(
          `alter table ${quoteIdentifier(table.name)} add constraint ${quoteIdentifier(name)} ${definition}`,
        );
      }
      await writeCounters(tx, target.schemaName, table, archived.counters);
      await tx.run(`analyze ${quoteIdentifier(table.name)}`);
    }),
  );

/**
 * Runs a transaction as the tables' owner with the schema in its search_path, so that statements need not name the
 * schema.
 */
export const inSchema = <T>(
  { admin, ownerRole, schemaName }: LoadTarget,
  work: (tx: CopyTx) => Promise<T>,
): Promise<T> =>
  admin.transaction(async (tx) => {
    await tx.run(`select set_config('role', $1, true), set_config('search_path', $2, true)`, [
      ownerRole,
      `${quoteIdentifier(schemaName)}, extensions`,
    ]);
    return await work(tx);
  });

async function rejectingInvalidRows<T>({ name }: TenantTable, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isRefusedRow(cause)) throw cause;
    throw badArchive(`has invalid rows of ${name}: ${(cause as Error).message}`);
  }
}
