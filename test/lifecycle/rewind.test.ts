import { getColumns, getTableName } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { logOf } from '../../src/fleet/archive/rewind-tenant.ts';
import { pruneSchema } from '../../src/fleet/maintain/prune-schema.ts';
import { tableOf, tablesByName } from '../../src/modules/events/references-to.ts';
import { type Log, rewindingOf } from '../../src/modules/events/rewind/rewinding.ts';
import { rewoundRows } from '../../src/modules/events/rewind/rewound-rows.ts';
import '../../src/schema.ts';
import { profileOf } from '../messaging/support.ts';
import { createProject } from '../projects/support.ts';
import { withAllModules } from '../support/all-modules.ts';
import { run } from '../support/run.ts';
import { type Company, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { beginStory } from './begin-story.ts';
import { type AnyStep, anyLongStory, doAny } from './more-steps.ts';

/** `HISTORIES=200 SEED=7 STEPS=60 npx vitest run test/lifecycle/rewind.test.ts`; `SHRINK=1` looks for a shorter one. */
const histories = Number(process.env.HISTORIES ?? 4);
const seed = Number(process.env.SEED ?? 20_261_130);
const length = Number(process.env.STEPS ?? 40);

const here = await world();
const admin = new Admin({ url: here.app.installation.adminUrl });
afterAll(() => admin[Symbol.asyncDispose]());

/** Tables whose rows of a moment cannot be found as a whole: each says why in its declaration. */
const incomplete = ['trash', 'trash_parts', 'code_counters', 'code_formats', 'settings', 'idempotency_keys'];
/** Their rows are lost with a deleted message. */
const ofMessages = ['message_mentions', 'message_attachments', 'message_reactions'];

type Rows = Map<string, string[]>;

/** The rows of each table, without what a rewind does not restore. */
async function read(from: ReadonlyMap<string, string>): Promise<Rows> {
  const found: Rows = new Map();
  for (const name of tablesByName().keys()) {
    const table = tableOf(name);
    const tableName = getTableName(table);
    if (incomplete.includes(tableName)) continue;
    const columns = getColumns(table) as Record<string, PgColumn>;
    const lost = Object.keys(rewindingOf(table)?.lost ?? {}).flatMap((key) => columns[key]?.name ?? []);
    const left = ['version', 'updated_at', 'search', ...lost].map((each) => `'${each}'`).join(',');
    const rows = await admin.run<{ row: string }>(
      `select (to_jsonb(each) - array[${left}])::text as row from ${from.get(tableName)} as each order by 1`,
    );
    found.set(
      tableName,
      rows.map(({ row }) => row),
    );
  }
  return found;
}

const present = ({ tenant }: Company): Map<string, string> =>
  new Map(
    [...tablesByName().keys()].map((name) => {
      const table = getTableName(tableOf(name));
      return [table, `"${tenant.schemaName}"."${table}"`];
    }),
  );

async function newest({ tenant }: Company): Promise<Log> {
  const [at] = await admin.run<{ era: number; xid: string; at: string }>(
    `select era, xid::text as xid, clock_timestamp()::text as at from "${tenant.schemaName}".events as e
    order by e.era desc, e.xid desc limit 1`,
  );
  const isLater = `(era, xid) > (${at!.era}, '${at!.xid}'::xid8)`;
  return logOf(tenant.schemaName, { isLater, at: at!.at });
}

async function deletedMessages(company: Company): Promise<string[]> {
  const rows = await admin.run<{ id: string }>(
    `select resource_id as id from "${company.tenant.schemaName}".events where action = 'message.deleted'`,
  );
  return rows.map(({ id }) => id);
}

async function rewind([steps, place]: [AnyStep[], number]): Promise<void> {
  const story = await beginStory(here);
  const company = await withAllModules(here, story.company);
  const cut = place % steps.length;
  for (const step of steps.slice(0, cut)) await doAny(story, step);
  const log = await newest(company);
  const then = await read(present(company));
  for (const step of steps.slice(cut)) await doAny(story, step);
  const rewound = await read(rewoundRows(log));
  const gone = await deletedMessages(company);
  const kept = (name: string, rows: readonly string[] | undefined) =>
    ofMessages.includes(name) ? rows?.filter((row) => !gone.some((id) => row.includes(id))) : rows;
  for (const [name, rows] of then) expect(kept(name, rewound.get(name)), name).toEqual(kept(name, rows));
}

it('finds the rows of any moment of any history', { timeout: 3_600_000 }, async () => {
  const history = fc.tuple(anyLongStory(length), fc.nat({ max: 10_000 }));
  await fc.assert(fc.asyncProperty(history, rewind), { seed, numRuns: histories, endOnFailure: !process.env.SHRINK });
});

it('does not restore notifications that maintenance deleted', async () => {
  const company = await withAllModules(here, await here.company());
  const [manager, member] = await Promise.all([company.as('MANAGER'), company.as('MEMBER')]);
  const projectId = await createProject(manager);
  await createTask(manager, { projectId, name: 'Review', assigneeId: profileOf(member) });
  const log = await newest(company);
  expect(await run(member, 'markAllNotificationsRead', {}, 'markedCount')).toEqual({ markedCount: 1 });
  const inAYear = new Date(Date.now() + 400 * 86_400_000);
  const { roles } = here.app.installation;
  expect(await pruneSchema(admin, roles, company.tenant.schemaName, { now: inAYear })).toMatchObject({
    notifications: 1,
  });
  expect((await read(rewoundRows(log))).get('notifications')).toEqual([]);
});
