import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { disableModule, enableModule } from '../../src/fleet/schemas/switch-module.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { dyingAt, Estate, pointsOfDeath } from './support.ts';

const by = { actor: { kind: 'SYSTEM' } } as const;
const optional = ['billing', 'dunning'];
let lines: TestLines;
let estate: Estate;

beforeAll(async () => {
  lines = await TestLines.of({
    alpha: { '20260101000000_init': 'CREATE TABLE "notes" ("id" uuid PRIMARY KEY);' },
    billing: {
      '20260102000000_init':
        'CREATE TABLE "invoices" ("id" uuid PRIMARY KEY);\n--> statement-breakpoint\nCREATE TABLE "lines" ("id" uuid PRIMARY KEY, "invoice_id" uuid REFERENCES "invoices" ("id"));',
    },
    dunning: {
      '20260103000000_init':
        'CREATE TABLE "reminders" ("id" uuid PRIMARY KEY, "invoice_id" uuid REFERENCES "invoices" ("id"));',
    },
  });
  estate = await Estate.of(lines.read(optional));
});
afterAll(async () => {
  await estate[Symbol.asyncDispose]();
  await lines[Symbol.asyncDispose]();
});

const tablesOf = async ({ schemaName }: Tenant): Promise<string[]> =>
  (
    await estate.admin.run(
      `select table_name::text as name from information_schema.tables where table_schema = '${schemaName}' order by 1`,
    )
  ).map(({ name }) => name);
const modulesOf = async ({ slug }: Tenant): Promise<string[]> => {
  const found = await new TenantDirectory({ catalog: estate.world.catalog }).getBySlug(slug);
  return optional.filter((module) => found.modules.has(module));
};

test('a module gets its tables when it is switched on, for this organization only', async () => {
  const { fleet } = estate.world;
  const [tenant, other] = [await estate.world.provision('Bills'), await estate.world.provision('No bills')];
  expect(await tablesOf(tenant)).toEqual(['notes']);
  for (const _ of [1, 2]) await enableModule(fleet, tenant.id, 'billing', by);
  expect(await tablesOf(tenant)).toEqual(['invoices', 'lines', 'notes']);
  expect(await modulesOf(tenant)).toEqual(['billing']);
  expect([await tablesOf(other), await modulesOf(other)]).toEqual([['notes'], []]);
  expect((await migrateFleet(fleet)).migrated).toEqual([]);
});

test('a module that is switched off keeps its data until that is purged', async () => {
  const { fleet } = estate.world;
  const tenant = await estate.world.provision('Off');
  await enableModule(fleet, tenant.id, 'billing', by);
  await estate.admin.run(`insert into ${tenant.schemaName}.invoices values (gen_random_uuid())`);
  await disableModule(fleet, tenant.id, 'billing', { by });
  expect([await tablesOf(tenant), await modulesOf(tenant)]).toEqual([['invoices', 'lines', 'notes'], []]);
  await enableModule(fleet, tenant.id, 'billing', by);
  expect(await estate.admin.run(`select id from ${tenant.schemaName}.invoices`)).toHaveLength(1);
  await disableModule(fleet, tenant.id, 'billing', { by, purge: true });
  expect(await tablesOf(tenant)).toEqual(['notes']);
  await enableModule(fleet, tenant.id, 'billing', by);
  expect(await estate.admin.run(`select id from ${tenant.schemaName}.invoices`)).toEqual([]);
  const actions = await estate.admin.run(
    `select action, count(*)::int from catalog.audit_logs where organization_id = '${tenant.id}' and metadata ->> 'module' = 'billing' group by action order by 1`,
  );
  expect(actions).toEqual([
    { action: 'organization.module_disabled', count: 2 },
    { action: 'organization.module_enabled', count: 3 },
    { action: 'organization.module_purged', count: 1 },
  ]);
});

test('a module that others need is not purged; core and unknown modules cannot be switched', async () => {
  const { fleet } = estate.world;
  const tenant = await estate.world.provision('Needed');
  for (const module of optional) await enableModule(fleet, tenant.id, module, by);
  await expect(disableModule(fleet, tenant.id, 'billing', { by, purge: true })).rejects.toMatchObject({
    code: 'IN_USE',
  });
  expect(await tablesOf(tenant)).toContain('invoices');
  for (const module of ['alpha', 'nothing']) {
    expect(() => enableModule(fleet, tenant.id, module, by)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  }
});

test('a module whose tables cannot be created stays off', async () => {
  const tenant = await estate.world.provision('Blocked');
  await estate.admin.run(`create table ${tenant.schemaName}.lines (id int)`);
  await expect(enableModule(estate.world.fleet, tenant.id, 'billing', by)).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
  });
  expect([await tablesOf(tenant), await modulesOf(tenant)]).toEqual([['lines', 'notes'], []]);
});

test('switching that is killed at any statement is completed by the same call', async () => {
  const { fleet } = estate.world;
  const tenant = await estate.world.provision('Mortal');
  const cycle = async (on: typeof fleet) => {
    await enableModule(on, tenant.id, 'billing', by);
    await disableModule(on, tenant.id, 'billing', { by, purge: true });
  };
  const { victim, sent } = dyingAt(estate.world, Number.POSITIVE_INFINITY);
  await cycle(victim.fleet);
  await victim[Symbol.asyncDispose]();
  for (const n of pointsOfDeath(sent())) {
    const dying = dyingAt(estate.world, n).victim;
    await cycle(dying.fleet).catch(() => undefined);
    await dying[Symbol.asyncDispose]();
    // Switched on it has all its tables
    if ((await modulesOf(tenant)).length > 0) expect(await tablesOf(tenant)).toEqual(['invoices', 'lines', 'notes']);
    await enableModule(fleet, tenant.id, 'billing', by);
    expect(await tablesOf(tenant)).toEqual(['invoices', 'lines', 'notes']);
    await disableModule(fleet, tenant.id, 'billing', { by, purge: true });
    expect(await tablesOf(tenant)).toEqual(['notes']);
  }
});
