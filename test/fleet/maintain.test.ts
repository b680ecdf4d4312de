import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maintainTenants, onlyMaintainer } from '../../src/fleet/maintain/maintain-tenants.ts';
import { listAudit } from '../../src/fleet/organizations/list-audit.ts';
import { maintainTask } from '../../src/fleet/schedule/maintain-task.ts';
import { Upkeep } from '../../src/fleet/schedule/upkeep.ts';
import { pruneAll } from '../../src/identity/prune.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { settledLog } from '../events/support.ts';
import { Backends } from '../support/backends.ts';
import { commandLine } from '../support/command-line.ts';
import { ownWorld } from '../support/own-world.ts';
import type { Member, World } from '../support/world.ts';

const day = 86_400_000;
let world: World;
let manager: Member;
let admin: Backends;
let schema: string;

beforeAll(async () => {
  world = await ownWorld();
  manager = await (await world.company('Acme')).as('MANAGER');
  await world.company('Globex');
  schema = manager.company.tenant.schemaName;
  admin = new Backends(world.app.installation.adminUrl);
});

afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const clock = () => new Date();
const addClient = (): Promise<{ createClient: { lastEventId: string } }> =>
  manager.ok('mutation ($name: String!) { createClient(input: { name: $name }) { lastEventId } }', {
    name: randomBytes(6).toString('hex'),
  });
const follow = (after: string, order = 'OLDEST_FIRST') =>
  manager.graphql(
    'query ($after: String, $order: EventOrder) { events(after: $after, order: $order, first: 100) { edges { cursor } pageInfo { endCursor } } }',
    { after, order },
  );
/** Events by hand, so old, at the front of the log. */
const insertOld = (count: number, days: number) =>
  admin.query(
    `insert into ${schema}.events (era, xid, id, action, resource_type, resource_id, created_at)
    select 1, n::text::xid8, gen_random_uuid(), 'client.touched', 'Organization', gen_random_uuid(), now() - interval '${days} days' from generate_series(1, ${count}) n`,
  );
const events = async () =>
  Number((await admin.query<{ count: string }>(`select count(*) from ${schema}.events`))[0]!.count);

describe('retention of events', () => {
  it('keeps them forever by default', async () => {
    await insertOld(20, 500);
    const before = await events();
    await maintainTenants(world.app.fleet, { clock });
    expect(await events()).toBe(before);
  });

  it('deletes old events except the last, and expires only cursors before it', async () => {
    const { createClient } = await addClient();
    await settledLog(manager.company);
    const all = (await follow('0.0.0')).data;
    expect(all).toBeNull();
    const start = await manager.ok('{ events(first: 100) { edges { cursor } } }');
    const cursors: string[] = start.events.edges.map(({ cursor }: { cursor: string }) => cursor);
    const { maintained } = await maintainTenants(world.app.fleet, { clock, eventsMs: 400 * day });
    expect(maintained.map(({ pruned }) => pruned.events).sort()).toEqual([0, 19]);
    const { entries } = await listAudit(world.app.catalog, { limit: 2 });
    expect(entries.map(({ action, organizationId, metadata }) => [action, organizationId, metadata])).toEqual([
      ['fleet.maintained', null, expect.objectContaining({ schemas: 2, events: 19, undone: 0 })],
      ['organization.events_pruned', manager.company.tenant.id, { events: 19 }],
    ]);
    for (const gone of [cursors[0]!, cursors[18]!]) {
      const { errors } = await follow(gone);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_CURSOR', field: 'after' } }]);
    }
    // The last old one is where the log begins now: whoever has read up to it has missed nothing
    const rest = await follow(cursors[19]!);
    expect(rest.errors).toEqual([]);
    expect(rest.data.events.edges.map(({ cursor }: { cursor: string }) => cursor)).toEqual(cursors.slice(20));
    expect(rest.data.events.pageInfo.endCursor).toBe(createClient.lastEventId);
    expect((await follow(createClient.lastEventId)).errors).toEqual([]);
    expect((await follow(cursors[19]!, 'NEWEST_FIRST')).errors).toEqual([]);
    expect((await maintainTenants(world.app.fleet, { clock, eventsMs: 400 * day })).maintained[0]!.pruned.events).toBe(
      0,
    );
  });

  it('keeps the last event of a log with only old events', async () => {
    const later = () => new Date(Date.now() + 900 * day);
    await maintainTenants(world.app.fleet, { clock: later, eventsMs: 400 * day, only: schema });
    expect(await events()).toBe(1);
    const { createClient } = await addClient();
    expect((await follow(createClient.lastEventId)).errors).toEqual([]);
  });

  it('waits while the organization is being moved or deleted', async () => {
    await insertOld(5, 500);
    const { id } = manager.company.tenant;
    await using other = new Backends(world.app.installation.adminUrl);
    await other.query(`select pg_advisory_lock(hashtextextended('chantier.life ${id}', 0))`);
    const { maintained } = await maintainTenants(world.app.fleet, { clock, eventsMs: 400 * day, only: schema });
    expect(maintained).toMatchObject([{ pruned: { events: 0 }, errors: [{ code: 'INVALID_STATE' }] }]);
  });
});

it('deletes expired results of idempotent requests', async () => {
  await admin.query(
    `insert into ${schema}.idempotency_keys (viewer_id, key, response_key, request_hash, expires_at) values (gen_random_uuid(), 'old', 'a', 'b', now() - interval '1 hour'), (gen_random_uuid(), 'new', 'a', 'b', now() + interval '1 hour')`,
  );
  const { maintained } = await maintainTenants(world.app.fleet, { clock, only: schema });
  expect(maintained[0]!.pruned.idempotencyKeys).toBe(1);
  expect(await admin.query(`select key from ${schema}.idempotency_keys`)).toEqual([{ key: 'new' }]);
});

it('vacuums and analyzes changed tables, and reports locked ones as skipped', async () => {
  await addClient();
  await admin.query(`update ${schema}.clients set name = name || '!'`);
  await admin.query('select pg_stat_force_next_flush()');
  await using reader = new Backends(world.app.installation.adminUrl);
  await reader.query(`begin`);
  await reader.query(`lock table ${schema}.profiles in access exclusive mode`);
  const { maintained } = await maintainTenants(world.app.fleet, { clock, only: schema, reindex: true });
  expect(maintained[0]!.vacuumed).toBeGreaterThan(0);
  expect(maintained[0]!.reindexed).toContain('clients_pkey');
  expect(maintained[0]!.reindexed).not.toContain('profiles_pkey');
  expect(maintained[0]!.errors.length).toBeGreaterThan(0);
  await reader.query('rollback');
  const stats = await admin.query<{ done: boolean }>(
    `select last_vacuum is not null and last_analyze is not null as done from pg_stat_user_tables where schemaname = '${schema}' and relname = 'clients'`,
  );
  expect(stats).toEqual([{ done: true }]);
  // What the attempt left behind is gone after the next run
  expect((await maintainTenants(world.app.fleet, { clock, only: schema })).maintained[0]!.errors).toEqual([]);
  expect(await admin.query(`select indexrelid::regclass from pg_index where not indisvalid`)).toEqual([]);
});

it('rebuilds a bloated index', async () => {
  await admin.query(`create table ${schema}.grown (id int primary key)`);
  await admin.query(`alter table ${schema}.grown owner to ${world.app.installation.roles.owner}`);
  await admin.query(`insert into ${schema}.grown select generate_series(1, 200000)`);
  await admin.query(`delete from ${schema}.grown where id % 100 > 0`);
  await admin.query('select pg_stat_force_next_flush()');
  const rebuilt: string[] = [];
  const isSmall = async () => {
    const { maintained } = await maintainTenants(world.app.fleet, { clock, only: schema });
    rebuilt.push(...maintained.flatMap(({ reindexed }) => reindexed));
    const size = `select pg_relation_size('${schema}.grown_pkey') < 500000 as small`;
    return (await admin.query<{ small: boolean }>(size))[0]!.small;
  };
  // The server's own vacuum may be at the table just then: what is locked is left to the next run
  await expect.poll(isSmall).toBe(true);
  expect(await isSmall()).toBe(true);
  expect(rebuilt).toEqual(['grown_pkey']);
  await admin.query(`drop table ${schema}.grown`);
});

it('is done by one process at a time, also as a background task of servers', async () => {
  const { fleet, identity } = world.app;
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const first = onlyMaintainer(fleet, async () => {
    begun.resolve();
    await gate.promise;
    return 'done';
  });
  await begun.promise;
  expect(await onlyMaintainer(fleet, async () => 'too')).toBeUndefined();
  const refused = await commandLine(world.app)(['tenant', 'maintain', '--all']);
  expect([refused.code, refused.stderr]).toEqual([
    5,
    'Another process is maintaining organizations; try again later\n',
  ]);
  gate.resolve();
  expect(await first).toBe('done');
  await insertOld(5, 500);
  const pruneIdentity = () => pruneAll(identity, day);
  const options = { everyMs: day, eventsMs: 400 * day, signal: new AbortController().signal, logger: silentLogger };
  const task = maintainTask(fleet, { ...options, pruneIdentity, clock: identity.clock });
  await using upkeep = new Upkeep([task], silentLogger);
  await expect.poll(() => upkeep.states().get('maintain')?.done).toBe(1);
  expect(await events()).toBeLessThanOrEqual(4);
});

it('is a command, which can be stopped', async () => {
  const chantier = commandLine(world.app);
  const done = await chantier(['tenant', 'maintain', '--all', '--json']);
  expect([done.code, JSON.parse(done.stdout)]).toMatchObject([0, { left: 0, away: [], maintained: [{}, {}] }]);
  expect((await chantier(['tenant', 'maintain', manager.company.tenant.slug])).stdout).toMatch(/^1 schemas: /m);
  const stopped = await chantier(['tenant', 'maintain', '--all'], { signal: AbortSignal.abort() });
  expect([stopped.code, stopped.stderr]).toEqual([6, 'The maintenance was interrupted\n']);
  expect((await chantier(['tenant', 'maintain'])).code).toBe(2);
  expect((await chantier(['tenant', 'maintain', 'nobody'])).code).toBe(4);
});
