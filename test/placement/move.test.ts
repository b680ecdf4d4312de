import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelMove, confirmMove, rollBackMove } from '../../src/fleet/move/end-move.ts';
import { moveTenant } from '../../src/fleet/move/move-tenant.ts';
import { primaryDatabaseId } from '../../src/tenancy/installation.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import type { Company, Member, World } from '../support/world.ts';
import { by, furtherDatabase, move, placeOf } from './support.ts';

let second: SecondServer;
let world: World;
let primary: Sql;

beforeAll(async () => {
  second = await startSecondServer();
  world = await ownWorld({ env: second.env });
  primary = postgres(world.app.installation.adminUrl, { max: 2, onnotice: () => {} });
});

afterAll(async () => {
  await primary.end();
  await world[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

const createClient = async (member: Member, name: string, externalReference?: string) =>
  (
    await member.ok(
      `mutation ($input: CreateClientInput!) { createClient(input: $input) { client { id name externalReference } lastEventId } }`,
      { input: { name, ...(externalReference && { externalReference }) } },
    )
  ).createClient as { client: { id: string; name: string }; lastEventId: string };

const clientsOf = async (member: Member): Promise<unknown[]> =>
  (await member.ok('{ clients(first: 100) { nodes { id name externalReference } } }')).clients.nodes;

/** The contents of every table but the log's marks, as a superuser sees them. */
async function contentsOf(sql: Sql, schemaName: string): Promise<Record<string, string>> {
  const tables = await sql`
    select c.relname as name from pg_class c where c.relnamespace = ${schemaName}::regnamespace and c.relkind = 'r' order by 1`;
  const contents: Record<string, string> = {};
  for (const { name } of tables) {
    const rows = name === 'events' ? 'where seq > 0' : '';
    const [row] = await sql.unsafe(
      `select coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '') as text from ${schemaName}.${name} as t ${rows}`,
    );
    contents[name] = row!.text;
  }
  return contents;
}

const constraintsOf = (sql: Sql, schemaName: string) => sql`
  select c.conrelid::regclass::text as table, c.conname as name, c.convalidated as valid, c.contype as type
  from pg_constraint c where c.connamespace = ${schemaName}::regnamespace order by 1, 2`;

/** Changes of every kind, made by a superuser while nobody looks: new, changed, gone, and values exchanged. */
async function disturb(sql: Sql, schemaName: string): Promise<void> {
  await sql.unsafe(`set search_path = ${schemaName}, extensions`);
  await sql.begin(async (tx) => {
    const [a, b, c] = await tx`select id from clients order by name limit 3`;
    await tx`update clients set external_reference = null where id = ${a!.id}`;
    await tx`update clients set external_reference = 'one' where id = ${b!.id}`;
    await tx`update clients set external_reference = 'two' where id = ${a!.id}`;
    await tx`delete from clients where id = ${c!.id}`;
    await tx`update code_counters set last_number = last_number + 7`;
  });
  await sql`reset search_path`;
}

describe('a move', () => {
  it('copies all data, and changes made meanwhile', async () => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    for (const [name, reference] of [
      ['A', 'one'],
      ['B', 'two'],
      ['Zoë\t\\N "quoted"\n', 'three'],
    ] as const) {
      await createClient(owner, name, reference);
    }
    const before = await placeOf(world, company);
    const { id, url } = await furtherDatabase(world, second);
    let disturbed = false;
    const moved = await moveTenant(world.app.fleet, company.tenant.id, id, {
      by,
      onProgress: async ({ stage, tables, of }) => {
        if (stage !== 'copying' || tables < of) return;
        await disturb(primary, before.schemaName);
        disturbed = true;
      },
    });
    expect(disturbed).toBe(true);
    expect(moved).toMatchObject({ phase: 'SWITCHED', progress: { settled: true, fenced: false, unchecked: [] } });
    const after = await placeOf(world, company);
    expect(after).toEqual({
      databaseId: id,
      schemaName: moved.toSchemaName,
      roleName: moved.toRoleName,
      writesPausedUntil: null,
    });
    const further = postgres(url, { max: 1, onnotice: () => {} });
    expect(await contentsOf(further, after.schemaName)).toEqual(await contentsOf(primary, before.schemaName));
    expect([...(await constraintsOf(further, after.schemaName))]).toEqual(
      [...(await constraintsOf(primary, before.schemaName))].map((each) => ({ ...each, table: expect.any(String) })),
    );
    await further.end();
    expect(await clientsOf(owner)).toMatchObject([
      { name: 'A', externalReference: 'two' },
      { name: 'B', externalReference: 'one' },
    ]);
    await createClient(owner, 'C');
    await expect(primary`select 1 from ${primary(before.schemaName)}.clients where name = 'C'`).resolves.toEqual([]);
  });

  it('keeps the event log without a gap: cursors stay valid', async () => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    const { lastEventId } = await createClient(owner, 'before');
    const next = async (after: string) =>
      (
        await owner.ok('query ($after: String) { events(after: $after) { nodes { action } pageInfo { endCursor } } }', {
          after,
        })
      ).events;
    const { id } = await furtherDatabase(world, second);
    await createClient(owner, 'unread');
    await move(world, company, id);
    const page = await next(lastEventId);
    expect(page.nodes.map(({ action }: { action: string }) => action)).toEqual([
      'client.created',
      'organization.moved',
    ]);
    await createClient(owner, 'after');
    await expect.poll(async () => (await next(page.pageInfo.endCursor)).nodes).toEqual([{ action: 'client.created' }]);
  });

  it('uses a login with minimal rights in a dedicated database', async () => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    const { id, url } = await furtherDatabase(world, second);
    await move(world, company, id);
    await clientsOf(owner);
    const further = postgres(url, { max: 1 });
    const { roleName } = await placeOf(world, company);
    const logins = await further`
      select distinct usename from pg_stat_activity where datname = current_database() and application_name = 'chantier'`;
    expect([...logins]).toEqual([{ usename: `${roleName}_login` }]);
    const [rights] = await further`
      select array_agg(g.rolname::text) as groups, min(r.rolconfig::text) as config, bool_or(r.rolinherit or r.rolsuper or r.rolcreaterole) as powerful
      from pg_roles r join pg_auth_members m on m.member = r.oid join pg_roles g on g.oid = m.roleid
      where r.rolname = ${`${roleName}_login`}`;
    expect(rights).toEqual({
      groups: [roleName],
      config: '{"search_path=\\"\\"",jit=off,seq_page_cost=0.1,random_page_cost=0.1}',
      powerful: false,
    });
    await further.end();
  });

  it('is recorded in the audit log, and leaves nothing behind once it is confirmed', async () => {
    const company = await world.company();
    await company.as('OWNER');
    const before = await placeOf(world, company);
    const { id } = await furtherDatabase(world, second);
    await move(world, company, id);
    await expect(cancelMove(world.app.fleet, company.tenant.id, by)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    expect(await confirmMove(world.app.fleet, company.tenant.id, by)).toMatchObject({ phase: 'CONFIRMED' });
    const audited = await world.app.catalog.read((db) =>
      db.query.auditLogs.findMany({
        where: { organizationId: company.tenant.id, action: { like: 'organization.mov%' } },
      }),
    );
    expect(audited.map(({ action }) => action)).toEqual([
      'organization.move_started',
      'organization.moved',
      'organization.move_confirmed',
    ]);
    const left = await primary`select 1 from pg_namespace where nspname = ${before.schemaName}`;
    const roles = await primary`select 1 from pg_roles where rolname = ${before.roleName}`;
    expect([left.length, roles.length]).toEqual([0, 0]);
    await expect(rollBackMove(world.app.fleet, company.tenant.id, { by })).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
  });

  it('can be rolled back with all later writes, and repeated', async () => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    const before = await placeOf(world, company);
    const { id } = await furtherDatabase(world, second);
    await createClient(owner, 'before');
    await move(world, company, id);
    await createClient(owner, 'meanwhile');
    const back = await rollBackMove(world.app.fleet, company.tenant.id, { by });
    expect(back).toMatchObject({ phase: 'ROLLED_BACK', progress: { returned: true, settled: true } });
    const after = await placeOf(world, company);
    expect(after.databaseId).toBe(primaryDatabaseId);
    expect(after.schemaName).not.toBe(before.schemaName);
    expect(await clientsOf(owner)).toMatchObject([{ name: 'before' }, { name: 'meanwhile' }]);
    const schemas = await world.app.catalog.read((db) =>
      db.query.tenantSchemas.findMany({ where: { organizationId: company.tenant.id } }),
    );
    expect(schemas).toMatchObject([{ state: 'ACTIVE', schemaName: after.schemaName }]);
    // Again changes nothing
    expect(await rollBackMove(world.app.fleet, company.tenant.id, { by })).toMatchObject({ id: back.id });
    expect(await placeOf(world, company)).toEqual(after);
    await expect(confirmMove(world.app.fleet, company.tenant.id, by)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    expect(await move(world, company, id)).toMatchObject({ phase: 'SWITCHED' });
    expect(await clientsOf(owner)).toHaveLength(2);
  });

  it('is refused to impossible targets', async () => {
    const [one, two] = [await world.company(), await world.company()];
    const { id } = await furtherDatabase(world, second);
    await expect(move(world, one, primaryDatabaseId)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    await expect(move(world, one, '00000000-0000-7000-8000-00000000dead')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await move(world, one, id);
    await expect(move(world, two, id)).rejects.toMatchObject({ code: 'IN_USE' });
    expect((await placeOf(world, two)).databaseId).toBe(primaryDatabaseId);
  });

  it('gives up on a long-running transaction, and changes nothing', async () => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    const { id } = await furtherDatabase(world, second);
    const { schemaName } = await placeOf(world, company);
    const stubborn = await primary.reserve();
    await stubborn`begin`;
    await stubborn`update ${primary(schemaName)}.profiles set updated_at = now()`;
    await expect(move(world, company, id)).rejects.toMatchObject({ code: 'TRANSACTION_CONFLICT' });
    await stubborn`rollback`;
    stubborn.release();
    await createClient(owner, 'still here');
    expect(await placeOf(world, company)).toMatchObject({ databaseId: primaryDatabaseId, writesPausedUntil: null });
    expect(await cancelMove(world.app.fleet, company.tenant.id, by)).toMatchObject({ phase: 'CANCELLED' });
    expect(await move(world, company, id)).toMatchObject({ phase: 'SWITCHED' });
  });
});

const unavailable = async (company: Company) => {
  const { errors, status, headers } = await (await company.as('OWNER')).graphql('{ clients { nodes { id } } }');
  return {
    code: errors[0]?.extensions.code,
    message: errors[0]?.message,
    status,
    retryAfter: headers.get('retry-after'),
  };
};

it('a database that is down affects only its own organization', async () => {
  const [here, there] = [await world.company(), await world.company()];
  const { id } = await furtherDatabase(world, second);
  await there.as('OWNER');
  await move(world, there, id);
  await second.stop('immediate');
  expect(await unavailable(there)).toEqual({
    code: 'UNAVAILABLE',
    message: "This organization's database is not available; try again later",
    status: 503,
    retryAfter: '1',
  });
  expect(await clientsOf(await here.as('OWNER'))).toEqual([]);
  expect(await world.app.ready()).toBe(true);
  await second.start();
  await expect.poll(async () => (await unavailable(there)).code).toBeUndefined();
});
