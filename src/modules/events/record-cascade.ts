import { sql } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { type Cascade, type Cleared, columnsOf } from './cascade.ts';
import { tableOf } from './references-to.ts';
import { columnValue, insertEvents, typenameOf, valuesOf } from './row-events.ts';

/**
 * Records an event for every object that is deleted with a row, and for every object whose reference to a deleted one
 * is cleared: the database does both through foreign keys when it deletes the row. Call it before the deletion, when
 * the rows are locked.
 */
export async function recordCascade(tx: TenantTx, viewer: Viewer, cascade: Cascade): Promise<void> {
  for (const cleared of cascade.cleared()) await clear(tx, viewer, cleared);
  for (const table of cascade.partTables().toReversed()) await recordDeletions(tx, viewer, table, cascade);
}

async function recordDeletions(tx: TenantTx, viewer: Viewer, table: string, cascade: Cascade): Promise<void> {
  const typename = typenameOf(table);
  if (typename === undefined) return;
  const rows = sql`${tableOf(table)} where ${cascade.partCondition(table)} order by ${tableOf(table).id}`;
  await tx.execute(
    insertEvents(viewer, typename, 'deleted', { id: sql`${tableOf(table).id}`, before: valuesOf(table), rows }),
  );
}

async function clear(tx: TenantTx, viewer: Viewer, { table, column, stays }: Cleared): Promise<void> {
  const typename = typenameOf(table);
  if (typename === undefined) return;
  const { id } = tableOf(table);
  const before = columnValue(table, column, sql`${column}`);
  const after = columnValue(table, column, sql`null`);
  const rows = sql`${tableOf(table)} where ${stays} order by ${id} for update`;
  const changed = await tx.execute<{ resource_id: string }>(
    insertEvents(viewer, typename, 'updated', { id: sql`${id}`, before, after, rows }),
  );
  if (changed.length === 0) return;
  const { version } = columnsOf(table);
  const counted = version ? sql`, version = ${version} + 1` : sql``;
  await tx.execute(sql`update ${tableOf(table)} set ${sql.identifier(column.name)} = null${counted} where ${stays}`);
}
