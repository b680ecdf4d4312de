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
 * The lock timeout of each attempt, in milliseconds. It is shorter than `deadlock_timeout`, so that the move gives way
 * and not the tenant's transaction.
 */
const lockWaits = [300, 500, 700, 900, 900, 900, 900, 900];
/** How long servers pause writes if the end of the pause never reaches them. */
const pauseMs = 4_000;
const betweenLocksMs = 250;
/** Time limit for both databases while the fence is up: a silent one must not keep an organization from writing. */
const mostFencedMs = 60_000;
/** Attempts to take over a journal row that a COMMIT still locks; each waits for the catalog's lock timeout. */
const takeOvers = 5;

/**
 * Pauses writes, copies and compares the last changes, and switches the place in the catalog. `follow` copies the
 * changes since a state and returns the new state; it runs before each further attempt, because writes continued after
 * the last one had given way to a long transaction. Throws TRANSACTION_CONFLICT if no attempt gets the locks. After any
 * error, writes continue where the data is.
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
 * Raises the fence while the journal's row is locked, and checks the row again before the fence is committed.
 * Otherwise a process that was suspended for long, and whose move was cancelled elsewhere, would revoke the right to
 * write from an organization that no move would give it back to.
 */
function takeFence({ fleet, move, run, source, tables }: MoveContext, lockMs: number): Promise<void> {
  return fleet.catalog.write(async (tx) => {
    await lockJournal(tx, move, run);
    await raiseFence(source, tables, lockMs, () => lockJournal(tx, move, run));
  });
}

/** Records the fence in the journal before it is raised. */
async function beginPause(tx: CatalogTx, { move, run }: MoveContext): Promise<void> {
  const phase = move.phase === 'ROLLING_BACK' ? move.phase : 'SWITCHING';
  await noteMove(tx, move, run, { phase, progress: { fenced: true } });
  await pauseWrites(tx, move.organizationId, pauseMs);
}

/** Behind the fence: copies the last rows and the counters, begins the log's new era, and switches. */
async function finish(context: MoveContext, state: string, begun: number): Promise<MoveRow> {
  const { fleet, move, run, route, source, target, tables, foreignKeys, names, by } = context;
  const rows = await copyLast({
    source,
    target,
    tables,
    since: state,
    beforeCommit: async (here, there, changed) => {
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
  throw new AppError('TRANSACTION_CONFLICT', 'The organization was migrated during the move: move it again', {
    retryAfter: 1,
  });
}

/** Copies the state of sequences, and begins a new era of the event log. */
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
  const event = { action: 'organization.moved', organizationId: move.organizationId, metadata: {} };
  if (log) await startEra(there, target.place.schemaName, log.era + 1, event);
}

/**
 * After a failure: lifts the fence where the data is. Returns the move if the catalog says that the switch was
 * committed after all, and only its answer was lost. If the catalog does not answer, nobody knows where the data is, so
 * the fence stays until the move is resumed, cancelled or settled.
 *
 * The switch's COMMIT may still be running when we stop waiting for its answer. Taking over the journal row settles
 * that: it waits for a COMMIT that holds the row, and a switch that has not locked the row yet will find another
 * attempt there and do nothing.
 */
async function giveUp(context: MoveContext, error: unknown): Promise<MoveRow | undefined> {
  const { fleet, move, run, source, tables } = context;
  const ours = await retried(takeOvers, () => fleet.catalog.write((tx) => renewRun(tx, move, run))).catch(
    unlessTakenOver,
  );
  if (!ours) return undefined;
  if (isSwitched(ours.move)) return ours.move;
  await source.admin.within(mostFencedMs, () => liftFence(source, tables));
  // Only our own messages: the organization's administrators read this
  const lastError = toAppError(error)?.message ?? 'An unexpected error';
  await fleet.catalog.write(async (tx) => {
    const phase = move.phase === 'ROLLING_BACK' ? move.phase : 'COPYING';
    await noteMove(tx, move, ours.run, { phase, lastError, progress: { fenced: false, run } });
    await pauseWrites(tx, move.organizationId, null);
  });
  return undefined;
}

const isSwitched = (move: MoveRow): boolean => move.phase === 'SWITCHED' || progressOf(move).returned === true;

/**
 * Gives the move a new attempt id, so that transactions of this attempt that are still running cannot change it any
 * more. A move that has switched keeps its attempt id.
 */
async function renewRun(tx: CatalogTx, move: MoveRow, run: string): Promise<{ move: MoveRow; run: string }> {
  const fresh = randomUUID();
  const taken = await noteMove(tx, move, run, { progress: { run: fresh } });
  if (!isSwitched(taken)) return { move: taken, run: fresh };
  return { move: await noteMove(tx, move, fresh, { progress: { run } }), run };
}

/** After CANCELLED another attempt has taken the move over, and is responsible for the fence. */
function unlessTakenOver(error: unknown): undefined {
  if (!(error instanceof AppError && error.code === 'CANCELLED')) throw error;
}
