import { and, eq, type SQL, sql, type Table } from 'drizzle-orm';
import { lockVisible } from '../../access/visible-rows.ts';
import { isForeignKeyViolation } from '../../db/pg-errors.ts';
import type { Restoration } from '../../graphql/declare/resource/change-log.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, notFound } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { cascadeOf } from './cascade.ts';
import { insertKept, isThere, keptRow, requiredKeysOf } from './kept-rows.ts';
import { recordEvent } from './record-event.ts';
import { tableOf } from './references-to.ts';
import { connectParts, restoreParts } from './restore-parts.ts';
import { typesOfRows } from './row-types.ts';
import { trash } from './tables.ts';
import { trashTypes } from './trash-types.ts';

/**
 * Brings a deleted object back, as `restored` leaves it, with the parts and references that went with it. Throws
 * NOT_FOUND unless the viewer sees it in the trash, and INVALID_STATE while an object that it needs is gone.
 */
export async function restoreFromTrash(tx: TenantTx, viewer: Viewer, restoration: Restoration): Promise<void> {
  const { typename, id, refused, restored } = restoration;
  const { table } = trashTypes().get(typename)!;
  const trashId = await findItem(tx, typename, id);
  const item = await lockVisible(tx, viewer, trash, trashId, typename);
  const kept = sql`${trash}, ${keptRow(tableOf(table), sql`${trash.content}`)} where ${trash.id} = ${trashId}`;
  await insertRoot(tx, table, Object.keys(item.content), kept, refused);
  const after = await restored();
  const parts = await restoreParts(tx, cascadeOf(viewer, typename, id)!, trashId);
  const action = `${typename[0]!.toLowerCase()}${typename.slice(1)}.restored`;
  await recordEvent(tx, viewer, { action, resourceType: typename, resourceId: id, after });
  await parts.record(viewer);
  await tx.delete(trash).where(eq(trash.id, trashId));
}

/** The id of the newest item of an object: an import may have made it again, so that it was deleted twice. */
async function findItem(tx: TenantTx, typename: string, id: string): Promise<string> {
  const [found] = await tx
    .select({ id: trash.id })
    .from(trash)
    .where(and(eq(trash.resourceType, typename), eq(trash.resourceId, id)))
    .orderBy(sql`${trash.deletedAt} desc`, sql`${trash.id} desc`)
    .limit(1);
  if (!found) throw notFound(typename, 'input.id');
  return found.id;
}

async function insertRoot(
  tx: TenantTx,
  table: string,
  names: readonly string[],
  kept: SQL,
  refused: Restoration['refused'],
): Promise<void> {
  try {
    const made = await tx.execute(sql`${insertKept(table, names, kept)} returning 1`);
    if (made.length > 0) return await connectParts(tx, table, kept);
  } catch (error) {
    throw isForeignKeyViolation(error) ? gone() : refused(error);
  }
  const keys = requiredKeysOf(table);
  const [there] = await tx.execute<Record<string, boolean>>(
    sql`select ${sql.join(
      keys.map((key, place) => sql`${isThere(key)} as ${sql.identifier(`key${place}`)}`),
      sql`, `,
    )} from ${kept}`,
  );
  throw gone(keys.find((_, place) => !there?.[`key${place}`])?.target);
}

/** A parent is gone: the object has no place to come back to. */
function gone(parent?: Table): AppError {
  const type = typesOfRows().find(({ table }) => tableOf(table) === parent)?.typename;
  const message = `The ${type ?? 'object'} that it belongs to was deleted: restore that first`;
  return new AppError('INVALID_STATE', message, { field: 'input.id', ...(type && { missing: type }) });
}
