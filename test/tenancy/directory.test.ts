import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { resumeOrganization, suspendOrganization } from '../../src/fleet/organizations/suspend-organization.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';
import { requireServable, type Tenant } from '../../src/tenancy/tenant.ts';
import { updateOrganization } from '../../src/tenancy/update-organization.ts';
import { Raw } from './raw.ts';
import { TestLines } from './test-lines.ts';
import { World } from './world.ts';

const actor = { kind: 'SYSTEM' } as const;
let world: World;
let tenant: Tenant;

beforeAll(async () => {
  await using lines = await TestLines.of({});
  world = await World.create(lines.read());
  tenant = await world.provision('Acme');
});
afterAll(() => world[Symbol.asyncDispose]());

/** A process that hears the others, its clock in the test's hand. */
async function listening() {
  const statements: string[] = [];
  const process = world.anotherProcess((text) => statements.push(text));
  const listener = process.listen();
  await expect.poll(() => listener.up).toBe(true);
  let now = 0;
  const directory = new TenantDirectory({ catalog: process.catalog, clock: () => new Date(now) });
  return {
    process,
    directory,
    advance: (ms: number) => {
      now += ms;
    },
    queries: () => statements.filter((text) => /from "organizations"/.test(text)).length,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

describe('the directory', () => {
  test('reads the catalog once in two seconds, for any number of callers', async () => {
    await using here = await listening();
    await Promise.all(Array.from({ length: 20 }, () => here.directory.findBySlug('acme')));
    here.advance(1_999);
    expect(await here.directory.findBySlug('acme')).toEqual(tenant);
    expect(here.queries()).toBe(1);
    here.advance(1);
    await here.directory.findBySlug('acme');
    expect(here.queries()).toBe(2);
  });

  test('does not cache missing organizations', async () => {
    await using here = await listening();
    expect(await here.directory.findBySlug('soon')).toBeUndefined();
    expect(await here.directory.findBySlug('soon')).toBeUndefined();
    expect(here.queries()).toBe(2);
    await expect(here.directory.getBySlug('soon')).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });

  test('drops its cache when another process changes an organization', async () => {
    await using here = await listening();
    await here.directory.findBySlug('acme');
    await world.catalog.write((tx) => updateOrganization(tx, tenant.id, { name: 'Acme & Co' }, { actor }));
    await expect.poll(async () => (await here.directory.findById(tenant.id))?.name).toBe('Acme & Co');
    await expect.poll(async () => (await here.directory.findBySlug('acme'))?.name).toBe('Acme & Co');
  });

  test('caches nothing while notifications do not arrive', async () => {
    const statements: string[] = [];
    await using deaf = world.anotherProcess((text) => statements.push(text));
    const directory = new TenantDirectory({ catalog: deaf.catalog });
    await directory.findBySlug('acme');
    await directory.findBySlug('acme');
    expect(statements.filter((text) => /from "organizations"/.test(text))).toHaveLength(2);
  });

  test('drops its cache when it may have missed notifications', async () => {
    await using here = await listening();
    await using admin = new Raw(world.database.url);
    await here.directory.findBySlug('acme');
    await admin.run(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'chantier notifications' and datname = current_database()`,
    );
    const { bus } = here.process.catalog;
    await expect.poll(() => bus.live).toBe(false);
    await expect.poll(() => bus.live).toBe(true);
    await here.directory.findBySlug('acme');
    expect(here.queries()).toBe(2);
  });
});

describe('a suspended organization', () => {
  test('is rejected on the next request here and elsewhere, until it is resumed', async () => {
    await using here = await listening();
    await using there = await listening();
    const servable = async ({ directory }: typeof here) => requireServable(await directory.getBySlug('acme'));
    await servable(here);
    await servable(there);
    await here.process.catalog.write((tx) => suspendOrganization(tx, tenant.id, actor));
    await expect(servable(here)).rejects.toMatchObject({ code: 'TENANT_INACTIVE' });
    await vi.waitFor(() => expect(servable(there)).rejects.toMatchObject({ code: 'TENANT_INACTIVE' }), 60_000);
    await expect(
      here.process.binding.read(await here.directory.getBySlug('acme'), async () => {}),
    ).rejects.toMatchObject({
      code: 'TENANT_INACTIVE',
    });
    await here.process.catalog.write((tx) => resumeOrganization(tx, tenant.id, actor));
    await servable(here);
  });

  test('can be suspended twice, with one entry in the audit log', async () => {
    const other = await world.provision('Twice');
    for (const _ of [1, 2]) await world.catalog.write((tx) => suspendOrganization(tx, other.id, actor));
    const audit = await world.catalog.read((db) =>
      db.query.auditLogs.findMany({ where: { organizationId: other.id }, orderBy: { id: 'asc' } }),
    );
    expect(audit.map(({ action }) => action)).toEqual(['organization.created', 'organization.suspended']);
  });
});

describe('an organization that is renamed', () => {
  test('is found by its new slug, and its schema keeps its name', async () => {
    const { id, schemaName } = await world.provision('Before');
    const after = await world.catalog.write((tx) =>
      updateOrganization(tx, id, { slug: 'after' }, { actor, expectedVersion: 1 }),
    );
    expect(after).toMatchObject({ slug: 'after', schemaName, version: 2 });
    const directory = new TenantDirectory({ catalog: world.catalog });
    expect((await directory.findBySlug('after'))?.id).toBe(id);
    expect(await directory.findBySlug('before')).toBeUndefined();
  });

  test('rejects a taken slug, an old version and an invalid value, and clears null fields', async () => {
    const { id } = await world.provision('Careful');
    const update = (input: Parameters<typeof updateOrganization>[2], expectedVersion?: number) =>
      world.catalog.write((tx) => updateOrganization(tx, id, input, { actor, expectedVersion }));
    await expect(update({ slug: 'acme' })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(update({ website: 'javascript:alert(1)' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await update({ website: 'https://acme.example' })).toMatchObject({
      website: 'https://acme.example',
      name: 'Careful',
    });
    await expect(update({ name: 'x' }, 1)).rejects.toMatchObject({
      code: 'STALE_VERSION',
      details: { current: { version: 2 } },
    });
    expect(await update({ website: null }, 2)).toMatchObject({ website: null, version: 3 });
  });
});
