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
import { PrimaryAway, type RunStep, runOnce } from '../patience.ts';
import { liftFence } from './fence.ts';
import { validateForeignKeys } from './foreign-keys.ts';
import { findOpenMove, type MoveRow, noteMove, progressOf, routeOf, takeOver } from './journal.ts';
import { asOwner, type MoveEndpoint } from './move-endpoint.ts';
import { pauseWrites } from './pause.ts';

/** Longer than any server caches a tenant's place. */
const cachedMs = 2_500;
/** Time limit for granting rights back. */
const liftMs = 30_000;
/** Time limit for validating foreign keys. */
const validateMs = 30 * 60_000;

/**
 * Finishes a switched move: validates the foreign keys, and closes the old copy to readers once no server can still
 * have it cached. Idempotent. Returns the updated move.
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
  await delay(Math.max(0, switchedAt.getTime() + cachedMs - Date.now()));
  const isRollback = progress.returned === true;
  // After a rollback the other copy is dropped anyway; a database that does not answer cannot be read either
  if (!isRollback) await closeAccess(fleet, from).catch(unlessAway);
  return await fleet.catalog.write((tx) =>
    noteMove(tx, move, run, {
      ...(isRollback && { phase: 'ROLLED_BACK', endedAt: new Date() }),
      progress: { settled: true, unchecked: [] },
    }),
  );
}

function unlessAway(error: unknown): void {
  const code = toAppError(error)?.code;
  if (code !== 'UNAVAILABLE' && code !== 'CONNECTION_LOST') throw error;
}

/** Lifts the fence of an attempt that died, so that the organization can write where its data is. */
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
    await noteMove(tx, move, run, { phase, lastError: 'The move was interrupted', progress: { fenced: false } });
    await pauseWrites(tx, move.organizationId, null);
  });
}

/**
 * Finishes what moves left behind when their process died: lets organizations write again where their data is, and
 * settles switched moves. Fenced organizations do not wait for the settling of others. Skips moves on which another
 * process works, and returns the failures; the next run retries them. Throws PrimaryAway if `runStep` gave up waiting.
 */
export async function settleMoves(
  fleet: Fleet,
  runStep: RunStep = runOnce,
): Promise<{ organizationId: string; error: unknown }[]> {
  const open = await runStep(() =>
    fleet.catalog.read((db) => db.select().from(tenantMoves).where(isNull(tenantMoves.endedAt))),
  );
  const failed: { organizationId: string; error: unknown }[] = [];
  const inTurn = async (moves: readonly MoveRow[]) => {
    for (const { organizationId } of moves) {
      const settle = () => holdingLife(fleet, organizationId, () => settleUnfinished(fleet, organizationId));
      await runStep(settle).catch((error: unknown) => {
        if (error instanceof PrimaryAway) throw error;
        if (!isLifeLocked(error)) failed.push({ organizationId, error });
      });
    }
  };
  const isFenced = (move: MoveRow) => progressOf(move).fenced === true;
  const unsettled = open.filter(needsSettling);
  await Promise.all([inTurn(unsettled.filter(isFenced)), inTurn(unsettled.filter((move) => !isFenced(move)))]);
  return failed;
}

function needsSettling(move: MoveRow): boolean {
  const { fenced, settled, returned } = progressOf(move);
  return fenced === true || ((move.phase === 'SWITCHED' || returned === true) && !settled);
}

/** Lifts the fence of a dead attempt, or settles a switched move. The caller holds the organization's life lock. */
export async function settleUnfinished(fleet: Fleet, organizationId: string): Promise<void> {
  const move = await fleet.catalog.read((db) => findOpenMove(db, organizationId));
  if (!move || !needsSettling(move)) return;
  const run = randomUUID();
  const taken = await fleet.catalog.write((tx) => takeOver(tx, move, run));
  if (progressOf(taken).fenced) await unfence(fleet, taken, run);
  else await settleMove(fleet, taken, run);
}
