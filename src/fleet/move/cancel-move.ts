import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { later } from '../../lib/clock.ts';
import { type By, recordAudit } from '../../tenancy/audit.ts';
import type { CatalogDb, CatalogTx } from '../../tenancy/catalog.ts';
import { tenantMoves, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import type { Fleet } from '../fleet.ts';
import { dropSchema, type SchemaPlace } from '../schemas/drop-schema.ts';
import { keptForMoves } from './change-place.ts';
import { findOpenMove, type MoveRow, noteMove, progressOf, takeOver } from './journal.ts';
import { pauseWrites } from './pause.ts';
import { unfence } from './settle-move.ts';

/** How long the copy of an earlier move is kept after a later move was cancelled. */
const retainMs = 7 * 24 * 60 * 60_000;

/** Whether the organization is still where the move began. */
export const isUnfinished = (open: MoveRow): boolean => open.phase !== 'SWITCHED' && !progressOf(open).returned;

/** Cancels a move for the attempt that has taken it over. A cancelled rollback leaves the move SWITCHED. */
export async function cancelOpen(fleet: Fleet, open: MoveRow, run: string, by: By): Promise<MoveRow> {
  const { organizationId } = open;
  const { fenced, back } = progressOf(open);
  if (fenced) await unfence(fleet, open, run);
  const isRollback = open.phase === 'ROLLING_BACK';
  const databaseId = isRollback ? open.fromDatabaseId : open.toDatabaseId;
  const schemaName = isRollback ? back!.schemaName : open.toSchemaName;
  const { move, dropping } = await fleet.catalog.write(async (tx) => {
    const move = await noteMove(tx, open, run, isRollback ? { phase: 'SWITCHED', progress: { settled: true } } : {});
    if (!isRollback) await end(tx, move, 'CANCELLED');
    // Copies of an earlier move: that move ended when this one began, so no confirmation will drop them
    if (!isRollback)
      await tx
        .update(tenantSchemas)
        .set({ dropAfter: later(new Date(), retainMs) })
        .where(keptForMoves(open));
    await tx
      .update(tenantSchemas)
      .set({ state: 'DROPPING' })
      .where(and(isSchema(databaseId, schemaName), eq(tenantSchemas.state, 'INCOMING')));
    await pauseWrites(tx, organizationId, null);
    await recordAudit(tx, {
      ...by,
      action: 'organization.move_cancelled',
      organizationId,
      metadata: { isBack: isRollback },
    });
    return { move, dropping: await leftover(tx, databaseId, schemaName) };
  });
  await drop(fleet, dropping);
  return isRollback ? move : { ...move, phase: 'CANCELLED' };
}

/**
 * Cancels a move whose attempt died. The caller holds the organization's life lock, so no attempt is running. Leaves a
 * move that has switched or is being rolled back, and one that `keep` accepts.
 */
export async function cancelUnfinished(
  fleet: Fleet,
  organizationId: string,
  by: By,
  keep: (open: MoveRow) => boolean = () => false,
): Promise<void> {
  const open = await fleet.catalog.read((db) => findOpenMove(db, organizationId));
  if (!open || !isUnfinished(open) || open.phase === 'ROLLING_BACK' || keep(open)) return;
  const run = randomUUID();
  await cancelOpen(fleet, await fleet.catalog.write((tx) => takeOver(tx, open, run)), run, by);
}

const end = (tx: CatalogTx, move: MoveRow, phase: 'CANCELLED') =>
  tx.update(tenantMoves).set({ phase, endedAt: new Date() }).where(eq(tenantMoves.id, move.id));

/** A schema that is marked to be dropped; undefined if it is not. */
export async function leftover(
  tx: CatalogDb,
  databaseId: string,
  schemaName: string,
): Promise<SchemaPlace | undefined> {
  const [place] = await tx
    .select()
    .from(tenantSchemas)
    .where(and(isSchema(databaseId, schemaName), eq(tenantSchemas.state, 'DROPPING')));
  return place;
}

/** Drops a leftover schema. If that fails, a background task does it later. */
export async function drop(fleet: Fleet, place: SchemaPlace | undefined): Promise<void> {
  if (place) await dropSchema(fleet, place).catch(() => {});
}
