import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AdminTx } from '../../db/admin.ts';
import { retried } from '../../db/migrator.ts';
import { toAppError } from '../../db/pg-errors.ts';
import { AppError } from '../../lib/errors.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { readCounters, writeCounters } from '../copy/counters.ts';
import { readEra, startEra } from '../copy/era.ts';
import { stopIfAborted } from '../copy/interrupted.ts';
import { changePlace } from './change-place.ts';
import { compareCopies } from './compare.ts';
import { copyLast } from './copy-changes.ts';
import { liftFence, raiseFence } from './fence.ts';
import { addForeignKeys } from './foreign-keys.ts';
import { lockJournal, type MoveRow, noteMove, progressOf } from './journal.ts';
import type { MoveContext } from './move-context.ts';
import { pauseWrites } from './pause.ts';

/**
 * How long a lock of one attempt waits; less than what makes the server look for deadlocks, so that we are who gives
 * way.
 */
const lockWaits = [300, 500, 700, 900, 900, 900, 900, 900];
/** How long writes are held at most, when nobody ends it. */
const pauseMs = 4_000;
const betweenLocksMs = 250;
/**
 * How long the fence may stand while either database is asked anything: one that stops answering keeps no organization
 * from writing.
 */
const mostFencedMs = 60_000;
/** How often a journal that a COMMIT still holds is asked for, each time for as long as the catalog waits for locks. */
const takeOvers = 5;

/**
 * Holds writes, copies and compares the last changes, and sets the new place in the catalog. `follow` copies the
 * changes since a state and returns the new state; it runs before each further attempt, as writes went on while the
 * last one gave way to a long transaction. Throws TRANSACTION_CONFLICT if no attempt gets the locks. After any error,
 * writes go on where the data is.
 */
export async function switchOver(
  context: MoveContext,
  copied: string,
  follow: (since: string) => Promise<{ state: string }>,
): Promise<MoveRow> {
  const { fleet, move, run, source, target, signal, fencedMs = mostFencedMs } = context;
  let state = copied;
  for (const [n, lockMs] of lockWaits.entries()) {
    stopIfAborted(signal);
    const begun = performance.now();
    await fleet.catalog.write((tx) => beginPause(tx, context));
    try {
      await source.admin.within(fencedMs, () => takeFence(context, lockMs));
    } catch (error) {
      await giveUp(context, error);
      const known = toAppError(error);
      if (known?.code !== 'TRANSACTION_CONFLICT' && known?.code !== 'TIMEOUT') throw error;
      if (n === lockWaits.length - 1) throw tooBusy(known);
      await delay(betweenLocksMs * (1 + Math.random()));
      ({ state } = await follow(state));
      continue;
    }
    const last = () => finish(context, state, begun);
    try {
      return await source.admin.within(fencedMs, () => target.admin.within(fencedMs, last));
    } catch (error) {
      const switched = await giveUp(context, error);
      if (switched) return switched;
      throw error;
    }
  }
  throw new Error(`no attempts for ${move.id} ${run}`);
}

const tooBusy = (cause: AppError): AppError =>
  new AppError(
    'TRANSACTION_CONFLICT',
    'A long-running transaction blocks the move; retry when the organization is less busy',
    { retryAfter: 60 },
    { cause },
  );

/**
 * Raises the fence in the name of the journal. Its row is locked meanwhile, and asked once more before the fence is
 * saved: a mover that was stopped for long, whose move was cancelled elsewhere, would else take the right to write from
 * an organization that nobody moves.
 */
function takeFence({ fleet, move, run, source, tables }: MoveContext, lockMs: number): Promise<void> {
  return fleet.catalog.write(async (tx) => {
    await lockJournal(tx, move, run);
    await raiseFence(source, tables, lockMs, () => lockJournal(tx, move, run));
  });
}

/** From the moment that a fence may be there, the journal says so. */
async function beginPause(tx: CatalogTx, { move, run }: MoveContext): Promise<void> {
  const phase = move.phase === 'ROLLING_BACK' ? move.phase : 'SWITCHING';
  await noteMove(tx, move, run, { phase, progress: { fenced: true } });
  await pauseWrites(tx, move.organizationId, pauseMs);
}

/**
 * Behind the fence nothing changes any more: the last rows, what counts by itself, the log's new era, and the switch.
 */
async function finish(context: MoveContext, state: string, begun: number): Promise<MoveRow> {
  const { fleet, move, run, route, source, target, tables, foreignKeys, names, by } = context;
  const rows = await copyLast({
    source,
    target,
    tables,
    since: state,
    whileSame: async (here, there, changed) => {
      await refuseMigrated(here, context);
      await compareCopies({ endpoint: source, tx: here }, { endpoint: target, tx: there }, tables, changed);
      await copyCounters(here, there, context);
    },
  });
  await addForeignKeys(target, foreignKeys);
  const progress = { pausedMs: Math.round(performance.now() - begun), rows };
  return await fleet.catalog.write((tx) => changePlace(tx, { move, run, route, names, by, progress }));
}

async function refuseMigrated(tx: AdminTx, { source, migrations }: MoveContext): Promise<void> {
  const [found] = await tx.run<{ applied: number }>(
    'select count(*)::int as applied from chantier.tenant_migrations where schema_name = $1',
    [source.place.schemaName],
  );
  if (found!.applied === migrations.length) return;
  throw new AppError('TRANSACTION_CONFLICT', 'The organization was migrated meanwhile: move it again', {
    retryAfter: 1,
  });
}

/** What counts by itself goes on counting; the log goes on in an era of its own. */
async function copyCounters(
  here: AdminTx,
  there: AdminTx,
  { move, source, target, tables }: MoveContext,
): Promise<void> {
  for (const table of tables.filter(({ counters }) => counters.length > 0)) {
    const counters = await readCounters(here, source.place.schemaName, table);
    await writeCounters(there, target.place.schemaName, table, counters);
  }
  const log = await readEra(here, source.place.schemaName, tables);
  const why = { action: 'organization.moved', organizationId: move.organizationId, metadata: {} };
  if (log) await startEra(there, target.place.schemaName, log.era + 1, why);
}

/**
 * After a failure: lets writes go on where the data is. When the catalog says that the switch was made after all (its
 * answer was lost), gives the move. When the catalog does not answer, the fence stays until somebody resumes, cancels
 * or settles the move: nobody can know where the data is meanwhile.
 *
 * The COMMIT of a switch may still be under way when its answer is given up. So the journal is taken over first: that
 * waits until it is through, and one that is not yet at the journal finds another attempt there, and does nothing.
 */
async function giveUp(context: MoveContext, error: unknown): Promise<MoveRow | undefined> {
  const { fleet, move, run, source, tables } = context;
  const ours = await retried(takeOvers, () => fleet.catalog.write((tx) => takeBack(tx, move, run))).catch(unlessTaken);
  if (!ours) return undefined;
  if (isSwitched(ours.move)) return ours.move;
  await source.admin.within(mostFencedMs, () => liftFence(source, tables));
  // Its administrators read it; what a driver or a server said is for who started the move
  const lastError = toAppError(error)?.message ?? 'An unexpected error';
  await fleet.catalog.write(async (tx) => {
    const phase = move.phase === 'ROLLING_BACK' ? move.phase : 'COPYING';
    await noteMove(tx, move, ours.run, { phase, lastError, progress: { fenced: false, run } });
    await pauseWrites(tx, move.organizationId, null);
  });
  return undefined;
}

const isSwitched = (move: MoveRow): boolean => move.phase === 'SWITCHED' || progressOf(move).returned === true;

/** Takes the move from whatever this attempt still has under way; one that was switched stays the attempt's. */
async function takeBack(tx: CatalogTx, move: MoveRow, run: string): Promise<{ move: MoveRow; run: string }> {
  const fresh = randomUUID();
  const taken = await noteMove(tx, move, run, { progress: { run: fresh } });
  if (!isSwitched(taken)) return { move: taken, run: fresh };
  return { move: await noteMove(tx, move, fresh, { progress: { run } }), run };
}

/** Somebody else is at it by now, and sees to it. */
function unlessTaken(error: unknown): undefined {
  if (!(error instanceof AppError && error.code === 'CANCELLED')) throw error;
}
