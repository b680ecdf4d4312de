import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isNull } from 'drizzle-orm';
import { toAppError } from '../../db/pg-errors.ts';
import { isLifeLocked } from '../../tenancy/life-lock.ts';
import { tenantMoves } from '../../tenancy/tables.ts';
import { tablesOf } from '../copy/tenant-tables.ts';
import { closeAccess } from '../deletion/access.ts';
import { allAdminsOf, type Fleet } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { liftFence } from './fence.ts';
import { validateForeignKeys } from './foreign-keys.ts';
import { findOpenMove, type MoveRow, noteMove, progressOf, routeOf, takeOver } from './journal.ts';
import { asOwner, type MoveEndpoint } from './move-endpoint.ts';
import { pauseWrites } from './pause.ts';

/** Longer than any server believes what it knows of a tenant. */
const believedMs = 2_500;
/** How long a database may take to give rights back. */
const liftMs = 30_000;
/** The same for looking at the references of all rows. */
const validateMs = 30 * 60_000;

/**
 * What is left to do once an organization is served from its new place: the server looks at the references of all rows,
 * and when nobody can believe in the old copy any more, nobody can read it either. Returns the move as it is then.
 */
export async function settleMove(fleet: Fleet, move: MoveRow, run: string): Promise<MoveRow> {
  const progress = progressOf(move);
  if (progress.settled) return move;
  const { from, to } = await fleet.catalog.read((db) => routeOf(db, move));
  const switchedAt = (progress.returned ? move.updatedAt : move.switchedAt) ?? move.updatedAt;
  await using admins = allAdminsOf(fleet);
  await admins.at(to, (admin, installation) =>
    admin.within(validateMs, () => validateForeignKeys({ place: to, admin, installation }, progress.unchecked ?? [])),
  );
  await delay(Math.max(0, switchedAt.getTime() + believedMs - Date.now()));
  const isBack = progress.returned === true;
  // What data came back from is dropped; a database that is away lets nobody read either
  if (!isBack) await closeAccess(fleet, from).catch(unlessAway);
  return await fleet.catalog.write((tx) =>
    noteMove(tx, move, run, {
      ...(isBack && { phase: 'ROLLED_BACK', endedAt: new Date() }),
      progress: { settled: true, unchecked: [] },
    }),
  );
}

function unlessAway(error: unknown): void {
  const code = toAppError(error)?.code;
  if (code !== 'UNAVAILABLE' && code !== 'CONNECTION_LOST') throw error;
}

/** Lets writes go on where the data is, after an attempt that died behind its fence. */
export async function unfence(fleet: Fleet, move: MoveRow, run: string): Promise<void> {
  const { from: place } = await fleet.catalog.read((db) => routeOf(db, move));
  await using admins = allAdminsOf(fleet);
  await admins.at(place, async (admin, installation) => {
    const endpoint: MoveEndpoint = { place, admin, installation };
    await admin.within(liftMs, async () => {
      const tables = await asOwner(endpoint, (tx) => tablesOf(tx, fleet.lines, place.schemaName));
      await liftFence(endpoint, tables);
    });
  });
  await fleet.catalog.write(async (tx) => {
    const phase = move.phase === 'SWITCHING' ? 'COPYING' : move.phase;
    await noteMove(tx, move, run, { phase, lastError: 'It was interrupted', progress: { fenced: false } });
    await pauseWrites(tx, move.organizationId, null);
  });
}

/**
 * Upkeep: mends what moves left whose process died. Organizations that cannot write are let write again where their
 * data is; switched ones are settled. One that somebody is at, or whose database is away, is left for the next time,
 * and those that cannot write wait for no settling of others. Returns what failed.
 */
export async function settleMoves(fleet: Fleet): Promise<{ organizationId: string; error: unknown }[]> {
  const open = await fleet.catalog.read((db) => db.select().from(tenantMoves).where(isNull(tenantMoves.endedAt)));
  const failed: { organizationId: string; error: unknown }[] = [];
  const inTurn = async (moves: readonly MoveRow[]) => {
    for (const { organizationId } of moves) {
      await holdingLife(fleet, organizationId, () => mendUnfinished(fleet, organizationId)).catch((error: unknown) => {
        if (!isLifeLocked(error)) failed.push({ organizationId, error });
      });
    }
  };
  const isFenced = (move: MoveRow) => progressOf(move).fenced === true;
  const left = open.filter(needsSettling);
  await Promise.all([inTurn(left.filter(isFenced)), inTurn(left.filter((move) => !isFenced(move)))]);
  return failed;
}

function needsSettling(move: MoveRow): boolean {
  const { fenced, settled, returned } = progressOf(move);
  return fenced === true || ((move.phase === 'SWITCHED' || returned === true) && !settled);
}

/** Mends what a move left, for a caller who holds the organization's life lock. */
export async function mendUnfinished(fleet: Fleet, organizationId: string): Promise<void> {
  const move = await fleet.catalog.read((db) => findOpenMove(db, organizationId));
  if (!move || !needsSettling(move)) return;
  const run = randomUUID();
  const taken = await fleet.catalog.write((tx) => takeOver(tx, move, run));
  if (progressOf(taken).fenced) await unfence(fleet, taken, run);
  else await settleMove(fleet, taken, run);
}
