import { beforeAll, expect, it } from 'vitest';
import { tableOf, tablesByName } from '../../src/modules/events/references-to.ts';
import { rewindingOf } from '../../src/modules/events/rewind/rewinding.ts';
import { whatIsLost } from '../../src/modules/events/rewind/what-is-lost.ts';
import { typesOfRows } from '../../src/modules/events/row-types.ts';
import '../../src/schema.ts';
import { settledLog } from '../events/support.ts';
import { commandLine } from '../support/command-line.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { dump, type Filled, fillProject } from '../trash/support.ts';

const server = await world();
const chantier = commandLine(server.app);
let company: Company;
let owner: Member;
let filled: Filled;

beforeAll(async () => {
  company = await server.company();
  owner = await company.as('OWNER');
  filled = await fillProject(owner, await company.as('MEMBER'));
});

const rewind = (...args: string[]) => chantier(['tenant', 'rewind', company.tenant.slug, ...args]);

/** Tables whose rows the log does not have as a whole, and what belongs to one copy of the data. */
const incomplete = ['settings', 'code_formats', 'idempotency_keys'];

async function rowsOf(of: Company): Promise<Map<string, string[]>> {
  const rows = await dump(of);
  for (const name of incomplete) rows.delete(name);
  return rows;
}

it('makes an organization of the state after an event, and leaves the other as it is', async () => {
  const { lastEventId } = await run(owner, 'updateProject', { id: filled.projectId, name: 'Before' });
  const then = await rowsOf(company);
  await run(owner, 'deleteTask', { id: filled.taskId });
  await run(owner, 'updateProject', { id: filled.projectId, name: 'After' });
  await run(owner, 'deleteProject', { id: filled.projectId });
  const now = await rowsOf(company);
  await settledLog(company);
  const [event] = (
    await owner.ok('{ events(first: 100, order: NEWEST_FIRST) { nodes { id action after } } }')
  ).events.nodes.filter(
    ({ action, after }: { action: string; after: { name?: string } }) =>
      action === 'project.updated' && after.name === 'Before',
  );
  expect(lastEventId).toBeTruthy();
  const { code, stdout, stderr } = await rewind('--to', event.id, '--as', 'rewound-one', '--members', '--json');
  expect(code, stderr).toBe(0);
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { slug: 'rewound-one', status: 'ACTIVE' }]);
  const tenant = await server.app.directory.getBySlug('rewound-one');
  expect(await rowsOf({ world: server, tenant } as Company)).toEqual(then);
  expect(await rowsOf(company)).toEqual(now);
});

it('prints what it could not restore', async () => {
  const { code, stdout } = await rewind('--to', new Date().toISOString(), '--as', 'rewound-two');
  expect([code, stdout]).toEqual([0, expect.stringContaining('Not rewound, because the log does not have it:')]);
  expect(stdout).toMatch(/messages +content +the present text/);
});

it.each([
  [2, ['--to', 'yesterday', '--as', 'other'], /the id of an event/],
  [2, ['--to', '2090-01-01T00:00:00Z', '--as', 'other'], /The time is in the future/],
  [2, ['--to', '2001-01-01T00:00:00Z', '--as', 'other'], /The log begins at .* and does not cover that time/],
  [4, ['--to', 'Event:01890000-0000-7000-8000-000000000000', '--as', 'other'], /no such event/],
  [5, ['--to', 'now', '--as', 'rewound-one'], /The slug rewound-one is taken/],
  [4, ['--to', '2001-01-01T00:00:00Z', '--as', 'other', '--owner', 'nobody@example.test'], /There is no user/],
])('exits with %i for %j, and makes nothing', async (expected, args, message) => {
  const before = await server.app.catalog.read((db) => db.query.organizations.findMany({ columns: { slug: true } }));
  const { code, stderr } = await rewind(...args.map((arg) => (arg === 'now' ? new Date().toISOString() : arg)));
  expect([code, stderr]).toEqual([expected, expect.stringMatching(message)]);
  const after = await server.app.catalog.read((db) => db.query.organizations.findMany({ columns: { slug: true } }));
  expect(after.length).toBe(before.length);
});

it('knows how each table is rewound', () => {
  const typed = new Set<string>(typesOfRows().map(({ table }) => table));
  const unknown = [...tablesByName().keys()].filter((name) => !typed.has(name) && !rewindingOf(tableOf(name)));
  expect(unknown).toEqual([]);
});

it('names what cannot be rewound by the declarations', () => {
  const named = whatIsLost().map(({ table, column = '*' }) => `${table}.${column}`);
  expect(named).toEqual(expect.arrayContaining(['messages.content', 'tasks.version', 'profiles.presence', 'trash.*']));
});
