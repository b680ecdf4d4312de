import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { dropSchema } from '../../src/fleet/schemas/drop-schema.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { requireSharedFit } from '../../src/fleet/schemas/schema-status.ts';
import { buildSpare, isReady, keepSpares, listSpares } from '../../src/fleet/schemas/spares.ts';
import { primaryDatabaseId } from '../../src/tenancy/installation.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { organizationNamed } from '../tenancy/world.ts';
import { dyingAt, Estate } from './support.ts';

const first = '20260101000000_init';
const init = { [first]: 'CREATE TABLE "notes" ("id" uuid PRIMARY KEY, "text" text);' };
let lines: TestLines;
let estate: Estate;

beforeAll(async () => {
  lines = await TestLines.of({ alpha: init, beta: {} });
  estate = await Estate.of(lines.read());
});
afterAll(async () => {
  await estate[Symbol.asyncDispose]();
  await lines[Symbol.asyncDispose]();
});
beforeEach(async () => {
  for (const spare of await listSpares(estate.world.catalog)) {
    await dropSchema(estate.world.fleet, { ...spare, databaseId: primaryDatabaseId });
  }
});

const ready = async () => (await listSpares(estate.world.catalog)).filter(isReady);

/** What a process sends while it does something. */
async function statementsOf(work: (world: Estate['world']) => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const watched = estate.world.anotherProcess((text) => statements.push(text));
  await work(watched);
  await watched[Symbol.asyncDispose]();
  return statements;
}

test('builds the missing spares, several at once, and then none', async () => {
  const progress: number[] = [];
  const onProgress = ({ made }: { made: number }) => progress.push(made);
  expect(await keepSpares(estate.world.fleet, { keep: 3, parallel: 2, onProgress })).toEqual({ made: 3, busy: false });
  expect(progress).toEqual([1, 2, 3]);
  expect(await ready()).toHaveLength(3);
  const again = await statementsOf(({ fleet }) => keepSpares(fleet, { keep: 3 }));
  expect(again.filter((text) => /^create|advisory/i.test(text))).toEqual([]);
  expect(await keepSpares(estate.world.fleet, { keep: 0 })).toEqual({ made: 0, busy: false });
});

test('builds in one process at a time', async () => {
  const results = await Promise.all([1, 2, 3].map(() => keepSpares(estate.world.fleet, { keep: 2 })));
  expect(results.filter(({ busy }) => !busy).reduce((sum, { made }) => sum + made, 0)).toBe(2);
  expect(await ready()).toHaveLength(2);
});

test('can be interrupted between two spares', async () => {
  const stop = new AbortController();
  const kept = await keepSpares(estate.world.fleet, {
    keep: 3,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  expect(kept.made).toBe(1);
  expect(await ready()).toHaveLength(1);
});

test('completes interrupted spares first', async () => {
  const dying = dyingAt(estate.world, 25).victim;
  await expect(keepSpares(dying.fleet, { keep: 1 })).rejects.toThrow();
  await dying[Symbol.asyncDispose]();
  const [unfinished] = await listSpares(estate.world.catalog);
  expect(unfinished).toMatchObject({ building: true });
  await keepSpares(estate.world.fleet, { keep: 1 });
  expect(await ready()).toMatchObject([{ schemaName: unfinished?.schemaName }]);
});

test('a spare becomes an organization without any DDL, in one transaction of the catalog', async () => {
  const schemaName = await buildSpare(estate.world.fleet);
  const statements = await statementsOf(async ({ fleet }) => {
    expect((await provisionTenant(fleet, organizationNamed('Quick'))).schemaName).toBe(schemaName);
  });
  expect(statements.filter((text) => /^(create|alter|grant|set_config)/i.test(text))).toEqual([]);
  expect(statements.filter((text) => /^commit/.test(text))).toHaveLength(1);
  expect(statements.length).toBeLessThan(15);
  expect(await ready()).toEqual([]);
});

test('a spare of an older build is migrated before it is used', async () => {
  const schemaName = await buildSpare(estate.world.fleet);
  await lines.write('beta', '20260201000000_more', 'CREATE TABLE "more" ("id" uuid PRIMARY KEY);');
  const newer = estate.world.anotherProcess(undefined, lines.read());
  const tenant = await provisionTenant(newer.fleet, organizationNamed('Newer'));
  await newer[Symbol.asyncDispose]();
  await lines.remove('beta', '20260201000000_more');
  expect(tenant.schemaName).toBe(schemaName);
  expect(await estate.admin.run(`select to_regclass('${schemaName}.more') is not null as made`)).toEqual([
    { made: true },
  ]);
});

test('a spare of the previous build does not stop a new server from starting', async () => {
  const { world } = estate;
  await estate.admin.run(`update catalog.tenant_schemas set state = 'RETAINED' where state = 'ACTIVE'`);
  await buildSpare(world.fleet);
  await lines.write('beta', '20260301000000_later', 'CREATE TABLE "later" ("id" uuid PRIMARY KEY);');
  const newer = world.anotherProcess(undefined, lines.read());
  await requireSharedFit(newer.fleet);
  await newer[Symbol.asyncDispose]();
  await lines.remove('beta', '20260301000000_later');
});

test('a quarantined spare is never used, and is replaced', async () => {
  const broken = await buildSpare(estate.world.fleet);
  await estate.admin.run(
    `update catalog.tenant_schemas set quarantined_at = now(), quarantine_reason = 'a test' where schema_name = '${broken}'`,
  );
  const tenant = await provisionTenant(estate.world.fleet, organizationNamed('Safe'));
  expect(tenant.schemaName).not.toBe(broken);
  await keepSpares(estate.world.fleet, { keep: 1 });
  expect((await ready()).map((spare) => spare.schemaName)).not.toContain(broken);
});
