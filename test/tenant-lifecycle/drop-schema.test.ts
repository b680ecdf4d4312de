import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropSchema } from '../../src/fleet/schemas/drop-schema.ts';
import { buildSpare } from '../../src/fleet/schemas/spares.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { chainOfTables, dyingAt, Estate, nothing, pointsOfDeath } from './support.ts';

let estate: Estate;

beforeAll(async () => {
  await using lines = await TestLines.of({ alpha: { '20260101000000_init': chainOfTables(20) } });
  estate = await Estate.of(lines.read());
});
afterAll(() => estate[Symbol.asyncDispose]());

async function retired(name: string): Promise<Tenant> {
  const tenant = await estate.world.provision(name);
  await estate.retire(tenant);
  return tenant;
}

test('drops the schema in several transactions, with its role, its ledger and its row', async () => {
  const tenant = await retired('Gone');
  const statements: string[] = [];
  const watched = estate.world.anotherProcess((text) => statements.push(text));
  const progress: number[] = [];
  await dropSchema(watched.fleet, tenant, { onProgress: ({ dropped }) => progress.push(dropped) });
  await watched[Symbol.asyncDispose]();
  expect(await estate.remains(tenant)).toEqual(nothing);
  expect(progress).toEqual([15, 20]);
  const renamed = statements.findIndex((text) => /rename to/.test(text));
  expect(renamed).toBeGreaterThan(0);
  expect(renamed).toBeLessThan(statements.findIndex((text) => /^drop table/.test(text)));
});

test('refuses served schemas, and schemas of an organization that is being created', async () => {
  const tenant = await estate.world.provision('Served');
  await expect(dropSchema(estate.world.fleet, tenant)).rejects.toMatchObject({ code: 'INVALID_STATE' });
  await estate.admin.run(
    `update catalog.tenant_schemas set state = 'SPARE' where schema_name = '${tenant.schemaName}'`,
  );
  await expect(dropSchema(estate.world.fleet, tenant)).rejects.toMatchObject({ code: 'INVALID_STATE' });
  expect(await estate.remains(tenant)).toEqual({ schemas: 1, roles: 1, ledger: 1, rows: 1 });
});

test('drops an unused spare', async () => {
  const schemaName = await buildSpare(estate.world.fleet);
  const [place] = await estate.admin.run(
    `select database_id as "databaseId", schema_name as "schemaName", role_name as "roleName" from catalog.tenant_schemas where schema_name = '${schemaName}'`,
  );
  await dropSchema(estate.world.fleet, place as Tenant);
  expect(await estate.remains(place as Tenant)).toEqual(nothing);
});

test('runs once at a time, can be interrupted, and does nothing the second time', async () => {
  const tenant = await retired('Twice');
  const both = await Promise.allSettled([
    dropSchema(estate.world.fleet, tenant, { signal: AbortSignal.abort() }),
    dropSchema(estate.world.fleet, tenant, { signal: AbortSignal.abort() }),
  ]);
  const codes = both.map((result) => result.status === 'rejected' && result.reason.code);
  expect(codes).toContain('CANCELLED');
  await dropSchema(estate.world.fleet, tenant);
  await dropSchema(estate.world.fleet, tenant);
  expect(await estate.remains(tenant)).toEqual(nothing);
});

test('keeps a role that has rights elsewhere', async () => {
  const tenant = await retired('Twofold');
  await estate.admin.run(`create schema copy; grant usage on schema copy to ${tenant.roleName}`);
  await dropSchema(estate.world.fleet, tenant);
  expect(await estate.remains(tenant)).toEqual({ ...nothing, roles: 1 });
});

test('killed at any statement, is completed by the next call', async () => {
  const first = await retired('Counted');
  const { victim, sent } = dyingAt(estate.world, Number.POSITIVE_INFINITY);
  await dropSchema(victim.fleet, first);
  await victim[Symbol.asyncDispose]();
  expect(sent()).toBeGreaterThan(40);
  for (const n of pointsOfDeath(sent())) {
    const tenant = await retired(`Mortal ${n}`);
    const dying = dyingAt(estate.world, n).victim;
    await dropSchema(dying.fleet, tenant).catch(() => undefined);
    await dying[Symbol.asyncDispose]();
    const left = await estate.remains(tenant);
    // While anything is left, the catalog knows of it
    if (left.rows === 0) expect(left).toEqual(nothing);
    await dropSchema(estate.world.fleet, tenant);
    expect(await estate.remains(tenant)).toEqual(nothing);
  }
});
