import type { AdminTx } from '../../db/admin.ts';
import { useCopyText } from '../copy/table-copy.ts';
import { type TenantTable, tablesMade } from '../copy/tenant-tables.ts';
import { allAdminsOf } from '../fleet.ts';
import { buildSchema } from '../schemas/build-schema.ts';
import { databaseNameOf } from './change-place.ts';
import { compareCopies } from './compare.ts';
import { copyChanges } from './copy-changes.ts';
import { dropForeignKeys, foreignKeysOf } from './foreign-keys.ts';
import { type MoveRow, noteMove, routeOf } from './journal.ts';
import type { Attempt, MoveContext } from './move-context.ts';
import { asOwner, nameIn } from './move-endpoint.ts';
import { migrationsOf } from './new-place.ts';
import { switchOver } from './switch-over.ts';

/** Few enough rows to copy while writes are paused. */
const fewRows = 200;
const mostRounds = 6;

/**
 * Copies an organization's data to the new place: a whole snapshot first, then the changes made meanwhile, until few
 * are left. Then pauses writes for a moment, copies and compares the last changes, and switches the place in the
 * catalog. After any error the organization is at its old place and can write. Returns the row of the move.
 */
export async function copyAndSwitch(attempt: Attempt): Promise<MoveRow> {
  const { fleet, move } = attempt;
  const route = await fleet.catalog.read((db) => routeOf(db, move));
  await using admins = allAdminsOf(fleet);
  return await admins.at(route.from, (here, installation) =>
    admins.at(route.to, async (there, other) => {
      const source = { place: route.from, admin: here, installation };
      const target = { place: route.to, admin: there, installation: other };
      const context = await prepare({ ...attempt, route, source, target });
      const state = await copyAll(context);
      return await switchOver(context, state, (since) => copyRound(context, 'following', since));
    }),
  );
}

type Endpoints = Attempt & Pick<MoveContext, 'route' | 'source' | 'target'>;

/**
 * Builds the new schema by the migrations of the old one. Records its foreign keys, then drops them for the copying.
 */
async function prepare(endpoints: Endpoints): Promise<MoveContext> {
  const { fleet, move, run, source, target } = endpoints;
  const migrations = await migrationsOf(source, fleet.lines);
  await buildSchema(target.admin, target.installation, target.place, migrations);
  const tables = await asOwner(target, (tx) => tablesMade(tx, migrations, target.place.schemaName));
  const foreignKeys = await foreignKeysOf(target, tables);
  await fleet.catalog.write((tx) => noteMove(tx, move, run, { progress: { unchecked: foreignKeys } }));
  await dropForeignKeys(target, foreignKeys);
  const names = await fleet.catalog.read(async (db) => ({
    from: await databaseNameOf(db, endpoints.route.from.databaseId),
    to: await databaseNameOf(db, endpoints.route.to.databaseId),
  }));
  return { ...endpoints, migrations, tables, foreignKeys, names };
}

/** Copies everything, then the changes until few are left. Returns the source's state that the target has reached. */
async function copyAll(context: MoveContext): Promise<string> {
  const { source, target, tables } = context;
  const compare = (here: AdminTx, all: readonly TenantTable[]) =>
    asOwner(target, async (there) => {
      await useCopyText(there);
      await compareCopies({ endpoint: source, tx: here }, { endpoint: target, tx: there }, all);
    });
  let { state, rows } = await copyRound(context, 'copying', undefined, compare);
  await asOwner(target, (tx) => tx.run(`analyze ${tables.map((table) => nameIn(target, table)).join(', ')}`));
  for (let n = 1; n <= mostRounds; n++) {
    ({ state, rows } = await copyRound(context, 'following', state));
    if (rows <= fewRows) break;
  }
  return state;
}

const copyRound = (
  context: MoveContext,
  stage: string,
  since: string | undefined,
  compare?: Parameters<typeof copyChanges>[0]['compare'],
) =>
  copyChanges({
    ...context,
    since,
    compare,
    onTable: ({ tables, of }) => context.onProgress?.({ stage, tables, of }),
  });
