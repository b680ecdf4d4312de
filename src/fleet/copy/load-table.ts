import { pipeline } from 'node:stream/promises';
import type { Admin, CopyTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { isRefusedRow } from '../../db/pg-errors.ts';
import { writeCounters } from './counters.ts';
import { type ArchivedTable, badArchive } from './manifest.ts';
import { copyIn, useCopyText } from './table-copy.ts';
import type { TenantTable } from './tenant-tables.ts';

/** Where rows are loaded into, as the owner of the tables. */
export interface LoadTarget {
  admin: Admin;
  schemaName: string;
  ownerRole: string;
}

/**
 * Begins to fill a table part by part: rows may refer to others of the same table that come in a later part, so those references
 * are away until `finishLoading`.
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
 * Adds a part, in a transaction of its own: one over a whole table would hold back the event logs of all tenants of the
 * database for as long. Throws BAD_INPUT for rows that the table does not take.
 */
export const loadPart = (target: LoadTarget, table: TenantTable, text: Buffer): Promise<void> =>
  refusing(table, () =>
    inSchema(target, async (tx) => {
      await useCopyText(tx);
      await pipeline([text], copyIn(tx, target.schemaName, table));
    }),
  );

/** Ends what `beginLoading` began: references, counters, and statistics for the planner. */
export const finishLoading = (target: LoadTarget, table: TenantTable, archived: ArchivedTable): Promise<void> =>
  refusing(table, () =>
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

/** A transaction of the tables' owner with the schema in its search_path: what it is told and tells names no schema. */
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

async function refusing<T>({ name }: TenantTable, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isRefusedRow(cause)) throw cause;
    throw badArchive(`has rows of ${name} that cannot be: ${(cause as Error).message}`);
  }
}
