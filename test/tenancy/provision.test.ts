import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { buildSpare } from '../../src/fleet/schemas/spares.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { TenantDirectory } from '../../src/tenancy/directory.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { Raw } from './raw.ts';
import { TestLines } from './test-lines.ts';
import { organizationNamed, World } from './world.ts';

const lines = {
  alpha: {
    '20260101000000_init': 'CREATE TABLE "notes" ("id" uuid PRIMARY KEY, "text" text NOT NULL);',
    '20260103000000_index': 'CREATE INDEX "notes_text_idx" ON "notes" ("text");',
  },
  beta: {
    '20260102000000_init':
      'CREATE TABLE "replies" ("id" uuid PRIMARY KEY, "note_id" uuid NOT NULL REFERENCES "notes" ("id"));',
  },
};

let world: World;
let admin: Raw;

beforeAll(async () => {
  await using files = await TestLines.of(lines);
  world = await World.create(files.read());
  admin = new Raw(world.database.url);
});

afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const find = (slug: string, { catalog } = world) => new TenantDirectory({ catalog }).findBySlug(slug);

/** Writes through every table of the tenant and gives what is there. */
async function use(tenant: Tenant): Promise<unknown> {
  const id = uuidv7();
  return await world.binding.write(tenant, async (tx) => {
    await tx.execute(sql`insert into notes (id, text) values (${id}, ${tenant.slug})`);
    await tx.execute(sql`insert into replies (id, note_id) values (${uuidv7()}, ${id})`);
    return [...(await tx.execute(sql`select text from notes join replies on note_id = notes.id`))];
  });
}

describe('provisioning', () => {
  test('creates a usable organization, in more than four transactions', async () => {
    const statements: string[] = [];
    const watched = world.anotherProcess((text) => statements.push(text));
    const tenant = await provisionTenant(watched.fleet, { ...organizationNamed('Société Générale'), currency: 'CHF' });
    await watched[Symbol.asyncDispose]();
    expect(tenant).toMatchObject({ slug: 'societe-generale', status: 'ACTIVE', currency: 'CHF', quarantined: false });
    expect(tenant.schemaName).toMatch(/^tenant_[0-9a-f]{12}$/);
    expect(await find('societe-generale')).toEqual(tenant);
    expect(await use(tenant)).toEqual([{ text: 'societe-generale' }]);
    expect(statements.filter((text) => text === 'commit').length).toBeGreaterThan(4);
  });

  test('numbers a taken slug derived from a name, and rejects a requested one', async () => {
    const slugs = await Promise.all(['Twin', 'Twin', 'twin'].map((name) => world.provision(name)));
    expect(slugs.map(({ slug }) => slug).sort()).toEqual(['twin', 'twin-2', 'twin-3']);
    await expect(provisionTenant(world.fleet, { ...organizationNamed('Other'), slug: 'twin' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      details: { field: 'input.slug' },
    });
  });

  test('of one slug by ten at once is won by one', async () => {
    const input = { ...organizationNamed('Raced'), slug: 'raced' };
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => provisionTenant(world.fleet, input)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ALREADY_EXISTS' });
    }
  });

  test('of twenty tenants at once gives twenty', async () => {
    const tenants = await Promise.all(Array.from({ length: 20 }, (_, n) => world.provision(`Crowd ${n}`)));
    expect(new Set(tenants.map(({ schemaName }) => schemaName)).size).toBe(20);
    expect(await Promise.all(tenants.map(use))).toHaveLength(20);
  });

  test('again with the same id gives the same organization', async () => {
    const input = { ...organizationNamed('Once'), id: uuidv7() };
    expect(await provisionTenant(world.fleet, input)).toEqual(await provisionTenant(world.fleet, input));
  });

  test.each([
    [{ name: ' ' }, 'name'],
    [{ slug: 'no' }, 'slug'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ locale: 'x' }, 'locale'],
    [{ currency: 'XYZZY' }, 'currency'],
    [{ modules: ['nothing'] }, 'modules'],
  ])('rejects %o', async (wrong, field) => {
    const input = { ...organizationNamed('Wrong'), ...wrong } as Parameters<typeof provisionTenant>[1];
    await expect(provisionTenant(world.fleet, input)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { field: expect.stringContaining(field) },
    });
  });

  test('uses a spare if there is one', async () => {
    const schemaName = await buildSpare(world.fleet);
    const statements: string[] = [];
    const watched = world.anotherProcess((text) => statements.push(text));
    const tenant = await provisionTenant(watched.fleet, organizationNamed('Quick'));
    await watched[Symbol.asyncDispose]();
    expect(tenant.schemaName).toBe(schemaName);
    expect(statements.filter((text) => /^create table/i.test(text))).toEqual([]);
    expect(await use(tenant)).toEqual([{ text: 'quick' }]);
  });

  test('prepares and activates the schema together with the caller’s additions, or not at all', async () => {
    const input = { ...organizationNamed('Prepared'), id: uuidv7() };
    const prepare = (tenant: Tenant) =>
      world.binding.prepare(tenant, async (tx) => {
        await tx.execute(sql`insert into notes (id, text) values (${tenant.id}, 'first') on conflict do nothing`);
      });
    const refuse = async () => {
      throw new Error('the membership could not be made');
    };
    await expect(provisionTenant(world.fleet, input, { prepare, activate: refuse })).rejects.toThrow('membership');
    expect((await find('prepared'))?.status).toBe('PROVISIONING');
    await expect(world.binding.read((await find('prepared'))!, async () => {})).rejects.toMatchObject({
      code: 'TENANT_NOT_FOUND',
    });
    const tenant = await provisionTenant(world.fleet, input, { prepare });
    expect([...(await world.binding.read(tenant, (db) => db.execute(sql`select text from notes`)))]).toEqual([
      { text: 'first' },
    ]);
  });

  test('never gives a schema prepared for one organization to another', async () => {
    const refuse = async () => {
      throw new Error('no');
    };
    const input = { ...organizationNamed('Abandoned'), slug: 'abandoned' };
    await expect(provisionTenant(world.fleet, input, { activate: refuse })).rejects.toThrow('no');
    const abandoned = (await find('abandoned'))!;
    const tenant = await provisionTenant(world.fleet, input);
    expect(tenant.id).not.toBe(abandoned.id);
    expect(tenant.schemaName).not.toBe(abandoned.schemaName);
    expect(
      await admin.run(`select state from catalog.tenant_schemas where schema_name = '${abandoned.schemaName}'`),
    ).toEqual([{ state: 'DROPPING' }]);
  });
});

/** Another process that dies at its n-th statement: that one and all later ones are never sent. */
function dyingAt(n: number): { victim: World; sent: () => number } {
  let count = 0;
  const victim = world.anotherProcess(() => {
    if (++count >= n) throw new Error('died');
  });
  return { victim, sent: () => count };
}

/** Every second statement; `EVERY_STATEMENT=1` tries all. */
const step = process.env.EVERY_STATEMENT ? 1 : 2;

test('provisioning that dies at any statement leaves no tenant, and a complete one after a retry', async () => {
  const { victim, sent } = dyingAt(Number.POSITIVE_INFINITY);
  await provisionTenant(victim.fleet, { ...organizationNamed('Alive'), slug: 'alive' });
  await victim[Symbol.asyncDispose]();
  expect(sent()).toBeGreaterThan(40);
  let deaths = 0;
  let withId = false;
  for (let n = 1; n <= sent(); n += step) {
    withId = !withId;
    const input = { ...organizationNamed(`Mortal ${n}`), slug: `mortal-${n}`, ...(withId && { id: uuidv7() }) };
    const dying = dyingAt(n).victim;
    const made = await provisionTenant(dying.fleet, input).catch(() => undefined);
    await dying[Symbol.asyncDispose]();
    if (made === undefined) deaths++;
    const left = await find(input.slug);
    // Either not there for anybody, or there and complete; what was acknowledged is there
    expect(made === undefined ? [undefined, 'PROVISIONING', 'ACTIVE'] : ['ACTIVE']).toContain(left?.status);
    const whole = left?.status === 'ACTIVE' ? left : await provisionTenant(world.fleet, input);
    expect(await use(whole)).toEqual([{ text: input.slug }]);
  }
  expect(deaths).toBeGreaterThan(sent() / step - 5);
  const lost = await admin.run(
    `select nspname from pg_namespace where nspname like 'tenant\\_%' and nspname not in (select schema_name from catalog.tenant_schemas)`,
  );
  expect(lost).toEqual([]);
});
