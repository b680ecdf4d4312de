import type { PgTable } from 'drizzle-orm/pg-core';
import type { Viewer } from '../../../identity/viewer.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import { recordEvents } from '../../events/record-event.ts';

/** So many rows need fewer parameters than a statement can have. */
const rowsPerStatement = 1_000;

/** Inserts rows in this order. */
export async function insertRows(tx: TenantTx, table: PgTable, rows: readonly object[]): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerStatement)
    await tx.insert(table).values(rows.slice(at, at + rowsPerStatement) as never);
}

/**
 * Inserts objects of a type in this order, with the event of their creation. Its metadata say that it is a copy: nobody
 * is notified of each task of a duplicated project.
 */
export async function insertObjects(
  tx: TenantTx,
  viewer: Viewer,
  { table, typename }: { table: PgTable; typename: string },
  rows: readonly { id: string }[],
): Promise<void> {
  await insertRows(tx, table, rows);
  const action = `${typename[0]!.toLowerCase()}${typename.slice(1)}.created`;
  await recordEvents(
    tx,
    viewer,
    rows.map(({ id, ...after }) => ({
      ...{ action, resourceType: typename, resourceId: id, after, metadata: { duplicated: true } },
    })),
  );
}
