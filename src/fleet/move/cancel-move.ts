import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { later } from '../../lib/clock.ts';
import { type By, recordAudit } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { tenantMoves, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import type { Fleet } from '../fleet.ts';
import { dropSchema, type SchemaPlace } from '../schemas/drop-schema.ts';
import { keptForMoves } from './change-place.ts';
import { findOpenMove, type MoveRow, noteMove, progressOf, takeOver } from './journal.ts';
import { pauseWrites } from './pause.ts';
import { unfence } from './settle-move.ts';

/** How long a copy of an earlier move is kept when the next one was cancelled. */
const retainMs = 7 * 24 * 60 * 60_000;

/** Whether the organization is still where the move found it. */
export const isUnfinished = (open: MoveRow): boolean => open.phase !== 'SWITCHED' && !progressOf(open).returned;

/** Cancels a move that this attempt has taken over. */
export async function cancelOpen(fleet: Fleet, open: MoveRow, run: string, by: By): Promise<MoveRow> {
  const { organizationId } = open;
  const { fenced, back } = progressOf(open);
  if (fenced) await unfence(fleet, open, run);
  const isBack = open.phase === 'ROLLING_BACK';
  const databaseId = isBack ? open.fromDatabaseId : open.toDatabaseId;
  const schemaName = isBack ? back!.schemaName : open.toSchemaName;
  const { move, left } = await fleet.catalog.write(async (tx) => {
    const move = await noteMove(tx, open, run, isBack ? { phase: 'SWITCHED', progress: { settled: true } } : {});
    if (!isBack) await end(tx, move, 'CANCELLED');
    // The beginning of this move ended the one that had left them
    if (!isBack)
      await tx
        .update(tenantSchemas)
        .set({ dropAfter: later(new Date(), retainMs) })
        .where(keptForMoves(open));
    await tx
      .update(tenantSchemas)
      .set({ state: 'DROPPING' })
      .where(and(isSchema(databaseId, schemaName), eq(tenantSchemas.state, 'INCOMING')));
    await pauseWrites(tx, organizationId, null);
    await recordAudit(tx, { ...by, action: 'organization.move_cancelled', organizationId, metadata: { isBack } });
    return { move, left: await leftover(tx, databaseId, schemaName) };
  });
  await drop(fleet, left);
  return isBack ? move : { ...move, phase: 'CANCELLED' };
}

/**
 * Cancels what an attempt left that died: for a caller who holds the organization's life lock, so that nobody is at the
 * move. One that has switched, or is on its way back, stays as it is; so does one that `keep` wants.
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

/** The place, while it waits to be dropped. */
export async function leftover(
  tx: CatalogTx,
  databaseId: string,
  schemaName: string,
): Promise<SchemaPlace | undefined> {
  const [place] = await tx
    .select()
    .from(tenantSchemas)
    .where(and(isSchema(databaseId, schemaName), eq(tenantSchemas.state, 'DROPPING')));
  return place;
}

/** What a database that is away cannot drop now, upkeep drops later. */
export async function drop(fleet: Fleet, place: SchemaPlace | undefined): Promise<void> {
  if (place) await dropSchema(fleet, place).catch(() => {});
}
