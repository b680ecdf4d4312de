import { afterAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { listAudit } from '../../src/fleet/organizations/list-audit.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';
import { Backends } from '../support/backends.ts';
import { type CommandOptions, commandLine } from '../support/command-line.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { World } from '../tenancy/world.ts';

const init = '20260101000000_init';
const next = '20260201000000_next';
const last = '20260301000000_last';
const lines = await TestLines.of({ alpha: { [init]: 'create table a (id int primary key);' } });
const world = await World.create(lines.read());
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await lines[Symbol.asyncDispose]();
});
for (const name of ['one', 'two', 'six']) await world.provision(name);

/** Runs a command of a build with the current migration files. */
function chantier(args: string[], options?: CommandOptions) {
  const { catalog, binding } = world;
  const fleet = { ...world.fleet, lines: lines.read() };
  const directory = new TenantDirectory({ catalog });
  return commandLine({ fleet, catalog, binding, directory, identity: undefined as never })(args, options);
}

/** Removes the values that differ from run to run. */
const untimed = (text: string): string => text.replaceAll(/ in \d+ ms/g, '').replaceAll(/, about \d+ s left/g, '');
const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)!;
const findTwo = () => new TenantDirectory({ catalog: world.catalog }).findBySlug('two');

it('changes nothing on schemas of this build', async () => {
  expect(await chantier(['migrate'])).toEqual({
    code: 0,
    stdout: 'shared: 0 migrated; schemas: 0 migrated, 3 current, 0 failed\n',
    stderr: '',
  });
});

it('shows pending migrations without running them', async () => {
  await lines.write('alpha', next, 'alter table a add column b int;');
  for (const look of ['--status', '--dry-run', '--status']) {
    const { code, stdout, stderr } = await chantier(['migrate', look]);
    expect([code, stderr]).toEqual([0, '']);
    expect(lastLine(stdout)).toBe('shared: 0 pending; schemas: 3 pending, 0 current, 0 failed');
    expect(stdout).toMatch(look === '--status' ? /^one +1$/m : new RegExp(`^one +alpha/${next}$`, 'm'));
  }
});

it('migrates one organization, can be interrupted, and resumes', async () => {
  const only = await chantier(['migrate', 'one']);
  expect([only.code, untimed(only.stderr)]).toEqual([0, 'migrated one (1 of 1)\n']);
  const stopped = await chantier(['migrate'], { signal: AbortSignal.abort() });
  expect([stopped.code, stopped.stderr]).toEqual([6, 'The migration was interrupted\n']);
  expect(lastLine(stopped.stdout)).toBe('2 schemas are left: run the same command again to resume');
  const rest = await chantier(['migrate', '--parallel', '1', '--json']);
  expect([rest.code, rest.stderr]).toEqual([0, '']);
  const { migrated, ...report } = JSON.parse(rest.stdout);
  const held = { migrations: [], schemas: 0, servers: [] };
  expect(report).toEqual({ shared: [], failed: [], current: 1, left: 0, away: [], held });
  expect(migrated.map(({ slug }: { slug: string }) => slug).toSorted()).toEqual(['six', 'two']);
});

it('reports a failed schema and continues; the next run ends the quarantine once it is repaired', async () => {
  const { schemaName } = (await findTwo())!;
  await using admin = new Backends(world.database.url);
  await admin.query(`create table ${schemaName}.b ()`);
  await lines.write('alpha', last, 'create table b (id int primary key);');
  const { code, stdout, stderr } = await chantier(['migrate']);
  expect(code).toBe(8);
  expect(
    untimed(stderr)
      .replaceAll(/ \(.*\)/g, '')
      .trimEnd()
      .split('\n')
      .toSorted(),
  ).toEqual(['1 of the schemas could not be migrated', 'failed   two', 'migrated one', 'migrated six']);
  expect(stdout).toContain(`failed two: ${schemaName}: alpha/${last}: relation "b" already exists`);
  const asJson = await chantier(['migrate', '--json']);
  expect(JSON.parse(asJson.stdout).failed).toEqual([
    expect.objectContaining({ slug: 'two', error: expect.stringContaining('already exists') }),
  ]);
  expect(JSON.parse(asJson.stderr).error.code).toBe('MIGRATION_FAILED');
  await admin.query(`drop table ${schemaName}.b`);
  const mended = await chantier(['migrate']);
  expect([mended.code, untimed(mended.stderr)]).toEqual([0, 'migrated two (1 of 1)\n']);
  expect(await world.binding.read((await findTwo())!, async () => 'served')).toBe('served');
  const { entries } = await listAudit(world.catalog, { limit: 5 });
  expect(entries.map(({ action, outcome, metadata }) => [action, outcome, metadata])).toEqual([
    ['fleet.migrated', 'SUCCESS', { shared: 0, migrated: 1, failed: 0, left: 0, away: 0 }],
    ['organization.released', 'SUCCESS', { schema: schemaName }],
    // Asked for a second time, as JSON
    ['fleet.migrated', 'FAILURE', { shared: 0, migrated: 0, failed: 1, left: 0, away: 0 }],
    ['organization.quarantined', 'SUCCESS', { schema: schemaName }],
    ['fleet.migrated', 'FAILURE', { shared: 0, migrated: 2, failed: 1, left: 0, away: 0 }],
  ]);
});

it.each([
  [['migrate', 'nobody'], 4, 'There is no organization or schema nobody'],
  [['migrate', '--canary', 'nobody'], 4, 'There is no organization or schema nobody'],
  [['migrate', '--canary', 'one,nobody'], 4, 'There is no organization or schema nobody'],
  [['migrate', '--canary', '@early'], 2, 'CANARY_GROUPS has no group early'],
  [['migrate', '--parallel', '0'], 2, 'a whole number from 1 to 999'],
  [['migrate', '--status', 'one', 'two'], 2, 'too many arguments'],
])('refuses %j with code %i', async (args, code, message) => {
  const refused = await chantier(args);
  expect([refused.code, refused.stdout]).toEqual([code, '']);
  expect(refused.stderr).toContain(message);
});

it('migrates a group of canaries first', async () => {
  await lines.write('alpha', '20260401000000_canary', 'create table c (id int primary key);');
  const { catalog, binding } = world;
  const fleet = { ...world.fleet, lines: lines.read() };
  const config = loadConfig({ NODE_ENV: 'test', CANARY_GROUPS: '{"early":["six","two"]}' });
  const tools = { config, fleet, catalog, binding, directory: new TenantDirectory({ catalog }) };
  const { code, stderr } = await commandLine({ ...tools, identity: undefined as never })([
    'migrate',
    '--canary',
    '@early',
  ]);
  expect(code).toBe(0);
  expect(stderr.match(/migrated (\w+)/g)).toEqual(['migrated six', 'migrated two', 'migrated one']);
});
