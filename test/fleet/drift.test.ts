import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDrift } from '../../src/fleet/drift/find-drift.ts';
import { adminsOf } from '../../src/fleet/fleet.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { readLedger } from '../../src/fleet/schemas/migrate-database.ts';
import { MigrationLines } from '../../src/fleet/schemas/migration-lines.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { Raw } from '../tenancy/raw.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { World } from '../tenancy/world.ts';

let world: World;
let admin: Raw;
let tenants: Tenant[];

beforeAll(async () => {
  world = await World.create(new MigrationLines());
  admin = new Raw(world.database.url);
  tenants = [await world.provision('One'), await world.provision('Two'), await world.provision('Six')];
});

afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function driftOf(places: readonly Tenant[], { fleet } = world) {
  await using admins = adminsOf(fleet);
  const ledger = await admins.use(readLedger);
  return await findDrift(() => adminsOf(fleet), places, { ...fleet, ledger });
}

test('schemas created by their migrations do not differ from them, and the comparison leaves nothing', async () => {
  const before = await admin.run(`select count(*) from pg_class`);
  const statements: string[] = [];
  const watched = world.anotherProcess((text) => statements.push(text));
  expect(await driftOf(tenants, watched)).toEqual([]);
  await watched[Symbol.asyncDispose]();
  expect(statements.filter((text) => text.includes('string_agg(concat(name'))).toHaveLength(16);
  expect(await admin.run(`select count(*) from pg_class`)).toEqual(before);
  expect(await admin.run(`select nspname from pg_namespace where nspname like '%scratch%'`)).toEqual([]);
  expect(await admin.run(`select rolname from pg_roles where rolname like '%scratch%'`)).toEqual([]);
});

const planted: [what: string, change: (schema: string, role: string) => string, aspect: string, name: string][] = [
  ['a column', (s) => `alter table ${s}.tasks add column planted text`, 'columns', 'tasks.planted'],
  ['a default', (s) => `alter table ${s}.tasks alter column name set default 'x'`, 'columns', 'tasks.name'],
  ['nullability', (s) => `alter table ${s}.tasks alter column name drop not null`, 'columns', 'tasks.name'],
  ['a table', (s) => `create table ${s}.planted (id int)`, 'tables', 'planted'],
  ['an index', (s) => `create index planted_idx on ${s}.tasks (name)`, 'indexes', 'planted_idx'],
  ['a lost index', (s) => `drop index ${s}.events_created`, 'indexes', 'events_created'],
  [
    'a lost constraint',
    (s) => `alter table ${s}.profiles drop constraint profiles_pkey cascade`,
    'constraints',
    'profiles.profiles_pkey',
  ],
  ['a right', (s) => `grant select on ${s}.tasks to public`, 'rights', 'tasks'],
  ['a right on what is written once', (s, role) => `grant delete on ${s}.events to ${role}`, 'rights', 'events'],
  ['a right of one column', (s) => `grant select (name) on ${s}.tasks to public`, 'rights', 'tasks.name'],
  [
    'the right of new tables',
    (s, role) =>
      `alter default privileges for role ${world.installation.roles.owner} in schema ${s} revoke select on tables from ${role}`,
    'rights',
    'new tables',
  ],
  ['an owner', (s) => `alter table ${s}.tasks owner to current_user`, 'tables', 'tasks'],
  [
    'a trigger',
    (s) =>
      `create trigger planted before update on ${s}.tasks for each row execute function suppress_redundant_updates_trigger()`,
    'triggers',
    'tasks.planted',
  ],
  ['a sequence', (s) => `alter sequence ${s}.events_seq_seq increment 7`, 'sequences', 'events_seq_seq'],
  ['a type', (s) => `create type ${s}.planted_kind as enum ('a')`, 'others', 'planted_kind'],
];

test('finds everything that no migration created, and reports it without the schema’s name', async () => {
  const { schemaName, roleName, ...rest } = await world.provision('Planted');
  for (const [, change] of planted) await admin.run(change(schemaName, roleName));
  const [found, ...others] = await driftOf([...tenants, { ...rest, schemaName, roleName }]);
  expect([found?.schemaName, found?.missing, others]).toEqual([schemaName, false, []]);
  const missed = planted.filter(
    ([, , aspect, name]) => !found!.differences.some((each) => each.aspect === aspect && each.name.startsWith(name)),
  );
  expect(missed.map(([what]) => what)).toEqual([]);
  expect(JSON.stringify(found!.differences)).not.toContain(schemaName);
  expect(found!.differences).toContainEqual({
    aspect: 'columns',
    name: 'tasks.name',
    expected: 'text collate und-x-icu not null',
    found: "text collate und-x-icu default 'x'::text",
  });
});

test('ignores the era of a copy’s events', async () => {
  await admin.run(`alter table ${tenants[2]!.schemaName}.events alter column era set default 7`);
  expect(await driftOf(tenants)).toEqual([]);
});

test('reports a missing schema', async () => {
  const gone = { ...tenants[0]!, schemaName: 'tenant_gone' };
  await admin.run(
    `insert into chantier.tenant_migrations select 'tenant_gone', module, name, hash from chantier.tenant_migrations where schema_name = '${tenants[0]!.schemaName}'`,
  );
  expect(await driftOf([gone, tenants[1]!])).toEqual([{ schemaName: 'tenant_gone', differences: [], missing: true }]);
});

test('compares each schema with the migrations applied to it, even if some are pending', async () => {
  await using lines = await TestLines.of({
    alpha: { '20260101000000_init': 'CREATE TABLE "a" ("id" uuid PRIMARY KEY);' },
  });
  await using old = await World.create(lines.read());
  const behind = await old.provision('Behind');
  await lines.write('alpha', '20260201000000_more', 'CREATE TABLE "b" ("id" uuid PRIMARY KEY);');
  await using now = old.anotherProcess(undefined, lines.read());
  const current = await now.provision('Current');
  expect(await driftOf([behind, current], now)).toEqual([]);
  await migrateFleet(now.fleet);
  expect(await driftOf([behind, current], now)).toEqual([]);
});
