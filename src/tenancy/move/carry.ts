import { setTimeout as delay } from 'node:timers/promises';
import type { AdminTx } from '../../db/admin.ts';
import type { Migration } from '../../db/migration-files.ts';
import { toAppError } from '../../db/pg-errors.ts';
import { AppError } from '../../lib/errors.ts';
import { readCounters, writeCounters } from '../archive/counters.ts';
import { readEra, startEra } from '../archive/era.ts';
import { stopIfAborted } from '../archive/interrupted.ts';
import { useCopyText } from '../archive/table-copy.ts';
import { type TenantTable, tablesMade } from '../archive/tenant-tables.ts';
import type { By } from '../audit.ts';
import { buildSchema } from '../build-schema.ts';
import { allAdminsOf, type Fleet } from '../fleet.ts';
import { changePlace, nameOf } from './change-place.ts';
import { compareCopies } from './compare.ts';
import { copyChanges, copyLast } from './copy-changes.ts';
import { liftFence, raiseFence } from './fence.ts';
import { type MoveRow, noteMove, progressOf, type Route, routeOf } from './journal.ts';
import { migrationsOf } from './new-place.ts';
import { pauseWrites } from './pause.ts';
import { addReferences, dropReferences, type Reference, referencesOf } from './references.ts';
import { asOwner, nameIn, type Side } from './side.ts';

export interface CarryOptions {
  by: By;
  /** Stops before writes are held: CANCELLED. What was copied is done again later. */
  signal?: AbortSignal | undefined;
  /** Told of each table that is copied, and waited for. */
  onProgress?: ((progress: { stage: string; tables: number; of: number }) => void | Promise<void>) | undefined;
}

/** An attempt at a move: nobody else is at it while the journal says `run`. */
export interface Attempt extends CarryOptions {
  fleet: Fleet;
  move: MoveRow;
  run: string;
}

interface Journey extends Attempt {
  route: Route;
  source: Side;
  target: Side;
  migrations: readonly Migration[];
  tables: readonly TenantTable[];
  references: readonly Reference[];
  /** What both databases are called. */
  names: { from: string | undefined; to: string | undefined };
}

/** So few rows are copied in a moment. */
const fewRows = 200;
const mostRounds = 6;
/** How long a lock of one attempt waits; less than what makes the server look for deadlocks, so that we are who gives way. */
const lockWaits = [300, 500, 700, 900, 900, 900, 900, 900];
/** How long writes are held at most, when nobody ends it. */
const pauseMs = 4_000;
const betweenLocksMs = 250;

/**
 * Takes an organization's data along the route of its move: all of it from one snapshot, then what changed meanwhile, until
 * that is little; then writes are held for a moment, the last of it is copied and compared, and the catalog says the new
 * place. Whatever it fails of, the organization is where it was, and writes. Gives the move as it is then.
 */
export async function carry(attempt: Attempt): Promise<MoveRow> {
  const { fleet, move } = attempt;
  const route = await fleet.catalog.read((db) => routeOf(db, move));
  await using admins = allAdminsOf(fleet);
  return await admins.at(route.from, (here, installation) =>
    admins.at(route.to, async (there, other) => {
      const source = { place: route.from, admin: here, installation };
      const target = { place: route.to, admin: there, installation: other };
      const journey = await prepare({ ...attempt, route, source, target });
      const state = await copyAll(journey);
      return await switchOver(journey, state);
    }),
  );
}

type Sides = Attempt & Pick<Journey, 'route' | 'source' | 'target'>;

/** Makes the new place as the old one is, but for its foreign keys, which are written down first. */
async function prepare(sides: Sides): Promise<Journey> {
  const { fleet, move, run, source, target } = sides;
  const migrations = await migrationsOf(source, fleet.lines);
  await buildSchema(target.admin, target.installation, target.place, migrations);
  const tables = await asOwner(target, (tx) => tablesMade(tx, migrations, target.place.schemaName));
  const references = await referencesOf(target, tables);
  await fleet.catalog.write((tx) => noteMove(tx, move, run, { progress: { unchecked: references } }));
  await dropReferences(target, references);
  const names = await fleet.catalog.read(async (db) => ({
    from: await nameOf(db, sides.route.from.databaseId),
    to: await nameOf(db, sides.route.to.databaseId),
  }));
  return { ...sides, migrations, tables, references, names };
}

/** Copies everything, and then what changed meanwhile until that is little. Gives the state that the target has. */
async function copyAll(journey: Journey): Promise<string> {
  const { source, target, tables } = journey;
  const compare = (here: AdminTx, all: readonly TenantTable[]) =>
    asOwner(target, async (there) => {
      await useCopyText(there);
      await compareCopies({ side: source, tx: here }, { side: target, tx: there }, all);
    });
  let { state, rows } = await copyRound(journey, 'copying', undefined, compare);
  await asOwner(target, (tx) => tx.run(`analyze ${tables.map((table) => nameIn(target, table)).join(', ')}`));
  for (let n = 1; n <= mostRounds; n++) {
    ({ state, rows } = await copyRound(journey, 'following', state));
    if (rows <= fewRows) break;
  }
  return state;
}

const copyRound = (
  journey: Journey,
  stage: string,
  since: string | undefined,
  compare?: Parameters<typeof copyChanges>[0]['compare'],
) =>
  copyChanges({
    ...journey,
    since,
    compare,
    onTable: ({ tables, of }) => journey.onProgress?.({ stage, tables, of }),
  });

async function switchOver(journey: Journey, copied: string): Promise<MoveRow> {
  const { fleet, move, run, source, tables, signal } = journey;
  let state = copied;
  for (const [n, lockMs] of lockWaits.entries()) {
    stopIfAborted(signal);
    const begun = performance.now();
    await fleet.catalog.write((tx) => beginPause(tx, journey));
    try {
      await raiseFence(source, tables, lockMs);
    } catch (error) {
      await giveUp(journey, error);
      const known = toAppError(error);
      if (known?.code !== 'TRANSACTION_CONFLICT') throw error;
      if (n === lockWaits.length - 1) throw tooBusy(known);
      await delay(betweenLocksMs * (1 + Math.random()));
      ({ state } = await copyRound(journey, 'following', state));
      continue;
    }
    return await finish(journey, state, begun).catch(async (error: unknown) => {
      const switched = await giveUp(journey, error);
      if (switched) return switched;
      throw error;
    });
  }
  throw new Error(`no attempts for ${move.id} ${run}`);
}

const tooBusy = (cause: AppError): AppError =>
  new AppError(
    'TRANSACTION_CONFLICT',
    'A transaction of the organization does not end: move it when less is going on',
    { retryAfter: 60 },
    { cause },
  );

/** From the moment that a fence may be there, the journal says so. */
async function beginPause(tx: Parameters<typeof noteMove>[0], { move, run }: Journey): Promise<void> {
  const phase = move.phase === 'ROLLING_BACK' ? move.phase : 'SWITCHING';
  await noteMove(tx, move, run, { phase, progress: { fenced: true } });
  await pauseWrites(tx, move.organizationId, pauseMs);
}

/** Behind the fence nothing changes any more: the last rows, what counts by itself, the log's new era, and the switch. */
async function finish(journey: Journey, state: string, begun: number): Promise<MoveRow> {
  const { fleet, move, run, route, source, target, tables, references, names, by } = journey;
  const rows = await copyLast({
    source,
    target,
    tables,
    since: state,
    whileSame: async (here, there, changed) => {
      await refuseMigrated(here, journey);
      await compareCopies({ side: source, tx: here }, { side: target, tx: there }, tables, changed);
      await copyCounters(here, there, journey);
    },
  });
  await addReferences(target, references);
  const progress = { pausedMs: Math.round(performance.now() - begun), rows };
  return await fleet.catalog.write((tx) => changePlace(tx, { move, run, route, names, by, progress }));
}

async function refuseMigrated(tx: AdminTx, { source, migrations }: Journey): Promise<void> {
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
async function copyCounters(here: AdminTx, there: AdminTx, { move, source, target, tables }: Journey): Promise<void> {
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
 * answer was lost), gives the move. When the catalog does not answer, the fence stays until somebody resumes, cancels or
 * settles the move: nobody can know where the data is meanwhile.
 */
async function giveUp(journey: Journey, error: unknown): Promise<MoveRow | undefined> {
  const { fleet, move, run, source, tables } = journey;
  const now = await fleet.catalog.read((db) => db.query.tenantMoves.findFirst({ where: { id: move.id } }));
  if (!now) return undefined;
  const progress = progressOf(now);
  if (now.phase === 'SWITCHED' || progress.returned) return now;
  if (progress.run !== run || now.endedAt) return undefined;
  await liftFence(source, tables);
  const lastError = error instanceof Error ? error.message : String(error);
  await fleet.catalog.write(async (tx) => {
    const phase = move.phase === 'ROLLING_BACK' ? move.phase : 'COPYING';
    await noteMove(tx, move, run, { phase, lastError, progress: { fenced: false } });
    await pauseWrites(tx, move.organizationId, null);
  });
  return undefined;
}
