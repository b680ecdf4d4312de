import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deleteOrganization } from '../../src/fleet/deletion/delete-organization.ts';
import { dropDue } from '../../src/fleet/deletion/drop-due.ts';
import { purgeOrganization } from '../../src/fleet/deletion/purge-organization.ts';
import { getReceipt, isGenuine } from '../../src/fleet/deletion/receipt.ts';
import { undeleteOrganization } from '../../src/fleet/deletion/undelete-organization.ts';
import { holdingLife } from '../../src/fleet/holding-life.ts';
import { suspendOrganization } from '../../src/fleet/organizations/suspend-organization.ts';
import { userOrganizations, users } from '../../src/identity/tables.ts';
import { later } from '../../src/lib/clock.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { archiveOrganization, unarchiveOrganization } from '../../src/tenancy/archive-organization.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { denied } from '../tenancy/raw.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { chainOfTables, dyingAt, Estate, nothing, pointsOfDeath } from './support.ts';

const by = { actor: { kind: 'SYSTEM' } } as const;
const day = 24 * 60 * 60_000;
let estate: Estate;

beforeAll(async () => {
  await using lines = await TestLines.of({ alpha: { '20260101000000_init': chainOfTables(17) } });
  estate = await Estate.of(lines.read());
});
afterAll(() => estate[Symbol.asyncDispose]());

const find = (slug: string) => new TenantDirectory({ catalog: estate.world.catalog }).findBySlug(slug);
const inDays = (days: number) => () => later(new Date(), days * day);
const actions = async ({ id }: Tenant): Promise<string[]> =>
  (await estate.admin.run(`select action from catalog.audit_logs where organization_id = '${id}' order by id`)).map(
    (row) => row.action,
  );

/** A tenant with two rows in its schema, a member and that member's sign-in. */
async function company(name: string): Promise<Tenant> {
  const tenant = await estate.world.provision(name);
  const id = uuidv7();
  await estate.admin.run(`insert into ${tenant.schemaName}.t0 (id) values ('${id}'), ('${uuidv7()}')`);
  await estate.world.catalog.write(async (tx) => {
    await tx.insert(users).values({ id, email: `${id}@lives.example`, firstName: 'Ada', lastName: 'Byron' });
    await tx
      .insert(userOrganizations)
      .values({ id: uuidv7(), userId: id, organizationId: tenant.id, profileId: uuidv7(), role: 'OWNER' });
  });
  return tenant;
}

const readsAs = ({ roleName, schemaName }: Tenant) => estate.admin.as(roleName, `select id from ${schemaName}.t0`);

describe('an archived organization', () => {
  test('keeps its data, is not served, and is served again', async () => {
    const { catalog } = estate.world;
    const tenant = await company('Archive');
    await catalog.write((tx) => archiveOrganization(tx, tenant.id, by));
    await catalog.write((tx) => archiveOrganization(tx, tenant.id, by));
    await expect(estate.world.binding.read((await find('archive'))!, async () => {})).rejects.toMatchObject({
      code: 'TENANT_INACTIVE',
    });
    expect(await readsAs(tenant)).toHaveLength(2);
    await catalog.write((tx) => unarchiveOrganization(tx, tenant.id, by));
    expect((await find('archive'))?.status).toBe('ACTIVE');
    expect(await actions(tenant)).toEqual(['organization.created', 'organization.archived', 'organization.unarchived']);
    await expect(catalog.write((tx) => unarchiveOrganization(tx, uuidv7(), by))).rejects.toMatchObject({
      code: 'TENANT_NOT_FOUND',
    });
  });

  test('cannot be archived while it is being moved or deleted', async () => {
    const tenant = await company('Held');
    await holdingLife(estate.world.fleet, tenant.id, async () => {
      for (const change of [
        estate.world.catalog.write((tx) => archiveOrganization(tx, tenant.id, by)),
        deleteOrganization(estate.world.fleet, tenant.id, { by }),
      ]) {
        await expect(change).rejects.toMatchObject({ code: 'INVALID_STATE' });
      }
    });
    expect((await find('held'))?.status).toBe('ACTIVE');
  });
});

describe('a deletion', () => {
  test('ends access at once, and can be undone within its grace period', async () => {
    const { fleet, catalog, binding } = estate.world;
    const tenant = await company('Second thoughts');
    await catalog.write((tx) => suspendOrganization(tx, tenant.id, by.actor));
    const clock = inDays(0);
    const doomed = await deleteOrganization(fleet, tenant.id, { by, graceMs: 3 * day, clock });
    expect(doomed.deleteAfter!.getTime() - Date.now()).toBeGreaterThan(2.9 * day);
    // Even a server that believes the tenant is there reads nothing
    await expect(readsAs(tenant)).rejects.toMatchObject(denied);
    await expect(binding.read((await find('second-thoughts'))!, async () => {})).rejects.toMatchObject({
      code: 'TENANT_NOT_FOUND',
    });
    await expect(purgeOrganization(fleet, tenant.id, { by })).rejects.toMatchObject({ code: 'INVALID_STATE' });
    expect((await dropDue(fleet)).organizations).toEqual([]);
    const shorter = await deleteOrganization(fleet, tenant.id, { by, graceMs: day });
    expect(shorter.deleteAfter!.getTime()).toBeLessThan(doomed.deleteAfter!.getTime());
    expect((await deleteOrganization(fleet, tenant.id, { by })).deleteAfter).toEqual(shorter.deleteAfter);
    const back = await undeleteOrganization(fleet, tenant.id, by);
    expect(back).toMatchObject({ status: 'SUSPENDED', deleteAfter: null });
    expect(await readsAs(tenant)).toHaveLength(2);
    await expect(undeleteOrganization(fleet, tenant.id, by)).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });

  test('drops everything when it is due, and leaves a receipt', async () => {
    const { fleet, catalog } = estate.world;
    const tenant = await company('Gone');
    await deleteOrganization(fleet, tenant.id, { by });
    const report = await dropDue(fleet, { clock: inDays(31) });
    expect(report).toEqual({ organizations: ['gone'], schemas: [], failed: [] });
    expect(await estate.remains(tenant)).toEqual(nothing);
    expect(await find('gone')).toBeUndefined();
    const receipt = await getReceipt(catalog, 'gone');
    expect(receipt).toMatchObject({
      organizationId: tenant.id,
      slug: 'gone',
      name: 'Gone',
      schemaName: tenant.schemaName,
      tables: 17,
      rows: 2,
      requestedBy: 'SYSTEM',
      catalog: expect.objectContaining({ user_organizations: 1, api_keys: 0, sessions: 0 }),
    });
    expect(receipt.bytes).toBeGreaterThan(0);
    expect(isGenuine(receipt)).toBe(true);
    expect(isGenuine({ ...receipt, rows: 1 })).toBe(false);
    expect(await getReceipt(catalog, tenant.id)).toEqual(receipt);
    await expect(getReceipt(catalog, 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await actions(tenant)).slice(1)).toEqual([
      'organization.deletion_requested',
      'organization.drop_started',
      'organization.schema_dropped',
      'organization.deleted',
    ]);
    // The slug is free again
    expect((await estate.world.provision('Gone')).slug).toBe('gone');
  });

  test('without delay drops everything, also other copies', async () => {
    const { fleet } = estate.world;
    const tenant = await company('Hasty');
    const copy = await estate.world.provision('Copy');
    await estate.admin.run(
      `update catalog.tenant_schemas set state = 'RETAINED', organization_id = '${tenant.id}' where schema_name = '${copy.schemaName}'`,
    );
    await deleteOrganization(fleet, tenant.id, { by });
    expect(await purgeOrganization(fleet, tenant.id, { by, now: true })).toMatchObject({ tables: 17, rows: 2 });
    for (const place of [tenant, copy]) expect(await estate.remains(place)).toEqual(nothing);
  });

  test('without delay, when interrupted, is completed by a background task, with rows and receipt', async () => {
    const { fleet, catalog } = estate.world;
    const tenant = await company('Halfway');
    await deleteOrganization(fleet, tenant.id, { by });
    const stopped = purgeOrganization(fleet, tenant.id, { by, now: true, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow();
    expect(await dropDue(fleet)).toEqual({ organizations: ['halfway'], schemas: [], failed: [] });
    expect(await estate.remains(tenant)).toEqual(nothing);
    expect(await getReceipt(catalog, 'halfway')).toMatchObject({ tables: 17, rows: 2 });
  });

  test('is refused during the rollback of a move, and stands if its final backup fails', async () => {
    const { fleet } = estate.world;
    const tenant = await company('Moving');
    const { id, databaseId, schemaName, roleName } = tenant;
    await estate.admin.run(`insert into catalog.tenant_moves
      (id, organization_id, from_database_id, to_database_id, from_schema_name, to_schema_name, to_role_name, phase)
      values ('${id}', '${id}', '${databaseId}', '${databaseId}', '${schemaName}', '${schemaName}', '${roleName}', 'ROLLING_BACK')`);
    await expect(deleteOrganization(fleet, id, { by })).rejects.toMatchObject({ code: 'INVALID_STATE' });
    await estate.admin.run(`delete from catalog.tenant_moves`);
    const finalBackup = async () => {
      expect((await find('moving'))?.status).toBe('DELETING');
      throw new Error('the disk is full');
    };
    await expect(deleteOrganization(fleet, id, { by, finalBackup })).rejects.toThrow('the disk is full');
    expect((await find('moving'))?.status).toBe('DELETING');
  });
});

test('schemas of failed provisions, old copies and trials are dropped when they are due', async () => {
  const { fleet } = estate.world;
  const states = { DROPPING: 'null', RETAINED: `now() + interval '1 day'`, SCRATCH: `now() - interval '1 day'` };
  const places: Record<string, Tenant> = {};
  for (const [state, dropAfter] of Object.entries(states)) {
    const tenant = await estate.world.provision(`Old ${state}`);
    places[state] = tenant;
    await estate.admin.run(
      `update catalog.tenant_schemas set state = '${state}', drop_after = ${dropAfter} where schema_name = '${tenant.schemaName}'`,
    );
  }
  const report = await dropDue(fleet);
  expect(report.failed).toEqual([]);
  expect(report.schemas.sort()).toEqual([places.DROPPING!.schemaName, places.SCRATCH!.schemaName].sort());
  expect(await estate.remains(places.RETAINED!)).toMatchObject({ schemas: 1 });
  expect((await dropDue(fleet, { clock: inDays(2) })).schemas).toEqual([places.RETAINED!.schemaName]);
});

test('a deletion that dies at any statement leaves all or nothing, and completes when repeated', {
  timeout: 180_000,
}, async () => {
  const { catalog } = estate.world;
  const remove = async ({ world }: { world: Estate['world'] }, { id }: Tenant) => {
    await deleteOrganization(world.fleet, id, { by });
    await purgeOrganization(world.fleet, id, { by, now: true });
  };
  const first = await company('Counted');
  const { victim, sent } = dyingAt(estate.world, Number.POSITIVE_INFINITY);
  await remove({ world: victim }, first);
  await victim[Symbol.asyncDispose]();
  for (const n of pointsOfDeath(sent())) {
    const tenant = await company(`Mortal ${n}`);
    const dying = dyingAt(estate.world, n).victim;
    await remove({ world: dying }, tenant).catch(() => undefined);
    await dying[Symbol.asyncDispose]();
    const left = await find(tenant.slug);
    // Wholly there and served, or served to nobody
    if (left?.status === 'ACTIVE') expect(await readsAs(tenant)).toHaveLength(2);
    else expect([undefined, 'DELETING']).toContain(left?.status);
    const [row] = await estate.admin.run(`select status from catalog.organizations where id = '${tenant.id}'`);
    if (row) await remove(estate, tenant);
    expect(await estate.remains(tenant)).toEqual(nothing);
    expect(await getReceipt(catalog, tenant.slug)).toMatchObject({ organizationId: tenant.id, tables: 17, rows: 2 });
  }
});
