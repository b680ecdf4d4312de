import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { createApiKey } from '../../src/identity/create-api-key.ts';
import { allPermissions, type Permission, permissionsOf } from '../../src/identity/permissions.ts';
import { Backends } from '../support/backends.ts';
import { startReplicated } from '../support/replica.ts';
import { type Company, World } from '../support/world.ts';

const servers = await startReplicated();
const { pathname, port } = new URL(servers.replicaUrl);
const here = await World.open({
  databaseUrl: servers.primaryUrl,
  env: { READ_DATABASE_URL: `postgres://127.0.0.1:${port}${pathname}`, READ_MAX_LAG_MS: '2000', READ_WAIT_MS: '100' },
});
await migrateFleet(here.app.fleet);
let replica = new Backends(servers.replicaUrl);
afterAll(async () => {
  await here[Symbol.asyncDispose]();
  await replica[Symbol.asyncDispose]();
  await servers[Symbol.asyncDispose]();
});

const acme = await here.company('Acme');
const owner = await acme.as('OWNER');

async function keyOf(company: Company, scopes: readonly Permission[]): Promise<Record<string, string>> {
  const { user, profileId } = await company.as('OWNER');
  const { id: organizationId, modules } = company.tenant;
  const viewer = { ...user, userId: user.id, membershipId: '', profileId, organizationId, modules };
  const grants = { role: 'OWNER', permissions: permissionsOf('OWNER'), roleClass: 'interactive' } as const;
  const { key } = await createApiKey(
    here.app.identity,
    { ...viewer, ...grants },
    { name: 'key', scopes: [...scopes] },
    {},
  );
  return { authorization: `Bearer ${key}` };
}
const analyst = await keyOf(
  acme,
  allPermissions.filter((permission) => permission.endsWith(':read')),
);

const replays = (verb: 'pause' | 'resume') => replica.query(`select pg_wal_replay_${verb}()`);
const served = async (company = acme, roleClass: 'analyst' | 'integrator' | 'interactive' = 'analyst') => {
  const where = sql`select pg_is_in_recovery() as replica`;
  const [row] = await here.app.binding.read(company.tenant, (db) => db.execute<{ replica: boolean }>(where), {
    roleClass,
  });
  return row!.replica ? 'replica' : 'primary';
};
const create = async (name: string): Promise<string> => {
  const query = 'mutation ($input: CreateClientInput!) { createClient(input: $input) { lastEventId } }';
  return (await owner.ok(query, { input: { name } })).createClient.lastEventId;
};
const names = async (headers: Record<string, string>): Promise<string[]> => {
  const { data, errors } = await here.graphql('{ clients(first: 100) { nodes { name } } }', {}, headers);
  expect(errors).toEqual([]);
  return data.clients.nodes.map(({ name }: { name: string }) => name);
};

describe('a read replica', () => {
  it('serves analysts only, and reads only', async () => {
    await expect.poll(() => served()).toBe('replica');
    expect([await served(acme, 'interactive'), await served(acme, 'integrator')]).toEqual(['primary', 'primary']);
    const write = here.app.binding.write(acme.tenant, (tx) => tx.execute(sql`select pg_is_in_recovery() as replica`), {
      roleClass: 'analyst',
    });
    expect(await write).toEqual([{ replica: false }]);
  });

  it('shows callers the last change that they name, from the replica or the primary', async () => {
    const first = await create('First');
    await expect.poll(() => names(analyst)).toEqual(['First']);
    expect(await names({ ...analyst, 'chantier-after': first })).toEqual(['First']);
    await replays('pause');
    try {
      const second = await create('Second');
      expect(await names(analyst)).toEqual(['First']);
      expect(await names({ ...analyst, 'chantier-after': first })).toEqual(['First']);
      expect(await names({ ...analyst, 'chantier-after': second })).toEqual(['First', 'Second']);
      expect(await names(owner.headers)).toEqual(['First', 'Second']);
    } finally {
      await replays('resume');
    }
    await expect.poll(() => names(analyst)).toEqual(['First', 'Second']);
  });

  it('does not serve an organization that it does not have yet', async () => {
    await replays('pause');
    try {
      expect(await served(await here.company('Newcomer'))).toBe('primary');
    } finally {
      await replays('resume');
    }
  });

  it('does not serve while it is too far behind', async () => {
    await expect.poll(() => served()).toBe('replica');
    await replays('pause');
    try {
      // It is level with a primary where nothing happens
      await create('Third');
      // While it is paused, only the primary can answer so
      await expect.poll(() => names(analyst)).toContain('Third');
    } finally {
      await replays('resume');
    }
    await expect.poll(() => served()).toBe('replica');
  });

  it('is replaced by the primary while it is down, and serves again afterwards', async () => {
    await replica[Symbol.asyncDispose]();
    await servers.stopReplica();
    expect(await names(analyst)).toContain('First');
    expect(await served()).toBe('primary');
    await servers.startReplica();
    replica = new Backends(servers.replicaUrl);
    await expect.poll(() => served()).toBe('replica');
  });

  it('rejects an invalid cursor of the log', async () => {
    const { errors } = await here.graphql('{ clients { totalCount } }', {}, { ...analyst, 'chantier-after': 'x' });
    expect(errors[0]?.extensions.code).toBe('BAD_CURSOR');
  });
});
