import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { By } from '../../tenancy/audit.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { organizations, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import type { Fleet } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { cancelOpen, drop, isUnfinished, leftover } from './cancel-move.ts';
import { copyAndSwitch } from './copy-and-switch.ts';
import { findLastMove, findOpenMove, type MoveRow, noteMove, progressOf, takeOver } from './journal.ts';
import { dropLeftCopy, endSwitched, type MoveOptions } from './move-tenant.ts';
import { reservePlace } from './new-place.ts';
import { requireReadable } from './require-readable.ts';
import { settleMove, unfence } from './settle-move.ts';

/**
 * Ends a switched move: drops the copy that it left, now or in the background. It cannot be rolled back any more.
 * Idempotent. Throws INVALID_STATE if the move has not switched, and what `requireReadable` throws.
 */
export function confirmMove(fleet: Fleet, organizationId: string, by: By): Promise<MoveRow> {
  return attempting(fleet, organizationId, 'CONFIRMED', async (open, run) => {
    if (open.phase !== 'SWITCHED') throw notNow('is not at its new place yet: finish the move, or cancel it');
    await requireReadable(fleet, organizationId);
    const move = await settleMove(fleet, open, run);
    const dropping = await fleet.catalog.write(async (tx) => {
      await dropLeftCopy(tx, move);
      await endSwitched(tx, move);
      await recordAudit(tx, { ...by, action: 'organization.move_confirmed', organizationId });
      return await leftover(tx, move.fromDatabaseId, move.fromSchemaName);
    });
    await drop(fleet, dropping);
    return { ...move, phase: 'CONFIRMED' };
  });
}

/**
 * Cancels a move that has not switched: the organization stays where it is, and the unfinished copy is dropped. A
 * cancelled rollback leaves the move as it was before. Throws INVALID_STATE if the move has switched.
 */
export function cancelMove(fleet: Fleet, organizationId: string, by: By): Promise<MoveRow> {
  return attempting(fleet, organizationId, 'CANCELLED', async (open, run) => {
    if (!isUnfinished(open)) throw notNow('is already at its new place: confirm the move, or roll it back');
    return await cancelOpen(fleet, open, run, by);
  });
}

/**
 * Moves an organization back to the database that it came from, with everything written since, by the steps of a move.
 * The same call resumes an interrupted rollback, and is idempotent. Throws INVALID_STATE if there is no move to roll
 * back, and what `moveTenant` throws.
 */
export function rollBackMove(fleet: Fleet, organizationId: string, options: MoveOptions): Promise<MoveRow> {
  return attempting(fleet, organizationId, 'ROLLED_BACK', async (open, run) => {
    if (open.phase !== 'SWITCHED' && open.phase !== 'ROLLING_BACK')
      throw notNow('has not moved yet: cancel the move instead');
    const returned = progressOf(open).returned ? open : await rollBack(fleet, open, run, options);
    if (options.settle === false) return returned;
    const move = await settleMove(fleet, returned, run);
    const places = [
      [move.fromDatabaseId, move.fromSchemaName],
      [move.toDatabaseId, move.toSchemaName],
    ] as const;
    for (const [databaseId, schemaName] of places) {
      await drop(fleet, await fleet.catalog.read((db) => leftover(db, databaseId, schemaName)));
    }
    return move;
  });
}

async function rollBack(fleet: Fleet, open: MoveRow, run: string, options: MoveOptions): Promise<MoveRow> {
  if (progressOf(open).fenced) await unfence(fleet, open, run);
  // Validates the foreign keys first: the rollback copies them as valid ones
  if (open.phase === 'SWITCHED') await settleMove(fleet, open, run);
  const move = await fleet.catalog.write((tx) => beginRollback(tx, fleet, open, run));
  return await copyAndSwitch({ fleet, move, run, ...options });
}

async function beginRollback(tx: CatalogTx, fleet: Fleet, open: MoveRow, run: string): Promise<MoveRow> {
  const { organizationId, fromDatabaseId: databaseId } = open;
  const [organization] = await tx.select().from(organizations).where(eq(organizations.id, organizationId));
  if (organization?.schemaName !== open.toSchemaName)
    throw notNow('was restored since the move: confirm the move, then move it again');
  const { back } = progressOf(open);
  if (back) {
    await tx.update(tenantSchemas).set({ state: 'DROPPING' }).where(isSchema(databaseId, back.schemaName));
  }
  const place = await reservePlace(tx, { prefix: fleet.installation.prefix, databaseId, organizationId });
  const { schemaName, roleName } = place;
  return await noteMove(tx, open, run, {
    phase: 'ROLLING_BACK',
    lastError: null,
    progress: { back: { schemaName, roleName }, unchecked: [], settled: false },
  });
}

/**
 * Takes over the open move of an organization and runs `work` on it. If the last move has already ended in the phase
 * `ended`, returns it, so that repeating the call changes nothing.
 */
function attempting(
  fleet: Fleet,
  organizationId: string,
  ended: MoveRow['phase'],
  work: (open: MoveRow, run: string) => Promise<MoveRow>,
): Promise<MoveRow> {
  return holdingLife(fleet, organizationId, async () => {
    const run = randomUUID();
    const found = await fleet.catalog.write(async (tx) => {
      const open = await findOpenMove(tx, organizationId);
      return open ? await takeOver(tx, open, run) : await findLastMove(tx, organizationId);
    });
    if (!found) throw notNow('was never moved');
    if (found.endedAt === null) return await work(found, run);
    if (found.phase === ended) return found;
    throw notNow(`has no open move: its last move is ${found.phase}`);
  });
}

const notNow = (what: string): AppError => new AppError('INVALID_STATE', `The organization ${what}`);
