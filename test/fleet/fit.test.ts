import { once } from 'node:events';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resumeOrganization } from '../../src/fleet/organizations/suspend-organization.ts';
import { scratchFolder } from '../archive/support.ts';
import { furtherDatabase, move } from '../placement/support.ts';
import { createClient } from '../projects/support.ts';
import { ownWorld } from '../support/own-world.ts';
import { logged, runProgram, startProgram } from '../support/program.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import { type Company, World } from '../support/world.ts';

let second: SecondServer;
let world: World;
let primary: Sql;

beforeAll(async () => {
  second = await startSecondServer();
  world = await ownWorld({ env: second.env });
  primary = connect(world.app.installation.adminUrl);
});

afterAll(async () => {
  await primary.end();
  await world[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

const connect = (url: string) => postgres(url, { max: 1, onnotice: () => {} });

const clients = '{ clients(first: 5) { nodes { name } } }';

async function answer(company: Company, query = clients) {
  const { errors, status, headers } = await (await company.as('OWNER')).graphql(query);
  return [status, errors[0]?.extensions.code, headers.get('retry-after')];
}

const served = [200, undefined, null];
const migrating = [503, 'MIGRATING', '5'];
const patient = { timeout: 60_000 };

/** Has an organization's ledger say that the newest migration of its tasks was never applied, until `restore`. */
async function setBack(sql: Sql, schemaName: string) {
  const [row] = await sql`
    delete from chantier.tenant_migrations where schema_name = ${schemaName} and module = 'tasks' and name =
      (select max(name) from chantier.tenant_migrations where schema_name = ${schemaName} and module = 'tasks')
    returning *`;
  return { restore: () => sql`insert into chantier.tenant_migrations ${sql(row!)}` };
}

const note = (schemaName: string, name: string) => primary`
  insert into chantier.tenant_migrations ${primary({ schema_name: schemaName, module: 'tasks', name, hash: 'of a newer build' })}`;

/** Another server over the same installation, which knows nothing yet. */
const anotherServer = () => World.open({ env: second.env, databaseUrl: world.app.installation.adminUrl });

const through = (other: World, company: Company) =>
  company.as('OWNER').then(async (owner) => {
    const { errors, status } = await other.graphql(clients, {}, owner.headers);
    return [status, errors[0]?.extensions.code];
  });

describe('a tenant whose schema does not fit the build', () => {
  it('does not stop servers or commands from starting, and gets MIGRATING', async () => {
    const [behind, current] = [await world.company('Behind'), await world.company('Current')];
    const [token, other] = [(await behind.as('OWNER')).session, (await current.as('OWNER')).session];
    const { restore } = await setBack(primary, behind.tenant.schemaName);
    const env = { DATABASE_URL: world.app.installation.adminUrl, LOG_LEVEL: 'info' };
    const server = startProgram(['serve'], env);
    const { port } = await logged(server, 'listening');
    const ask = async (company: Company, { accessToken }: typeof token) => {
      const response = await fetch(`http://127.0.0.1:${port}/t/${company.tenant.slug}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
        body: JSON.stringify({ query: clients }),
      });
      const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
      return [response.status, errors?.[0]?.extensions.code, response.headers.get('retry-after')];
    };
    expect(await ask(behind, token)).toEqual(migrating);
    expect(await ask(current, other)).toEqual(served);
    const backup = ['tenant', 'backup', behind.tenant.slug, '--to', await scratchFolder()];
    for (const command of [backup, ['tenant', 'suspend', behind.tenant.slug]]) {
      expect([command[1], (await runProgram(command, env)).code]).toEqual([command[1], 0]);
    }
    await world.app.catalog.write((tx) => resumeOrganization(tx, behind.tenant.id, { kind: 'SYSTEM' }));
    await restore();
    await expect.poll(() => ask(behind, token), patient).toEqual(served);
    server.kill('SIGTERM');
    expect(await once(server, 'close')).toEqual([0, null]);
  });

  it('is refused for reading and writing, in queries and mutations, and served once it is migrated', async () => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    await using other = await anotherServer();
    const { restore } = await setBack(primary, company.tenant.schemaName);
    expect(await through(other, company)).toEqual([503, 'MIGRATING']);
    const write = 'mutation { createClient(input: { name: "Never" }) { client { id } } }';
    const { errors, status } = await other.graphql(write, {}, owner.headers);
    expect([status, errors[0]?.extensions.code]).toEqual([503, 'MIGRATING']);
    await restore();
    await expect.poll(() => through(other, company), patient).toEqual([200, undefined]);
    expect((await owner.ok(clients)).clients.nodes).toEqual([]);
  });

  it('is served by an older build if a newer one has only expanded it', async () => {
    const company = await world.company();
    await note(company.tenant.schemaName, '20990101000000_more');
    await using one = await anotherServer();
    expect(await through(one, company)).toEqual([200, undefined]);
    await createClient(await company.as('OWNER'), { name: 'Written by the older build' });
    await note(company.tenant.schemaName, '20990201000000_contract_less');
    await using two = await anotherServer();
    expect(await through(two, company)).toEqual([503, 'MIGRATING']);
  });

  it('is recognized when its database comes back', async () => {
    const [there, here] = [await world.company('There'), await world.company('Here')];
    const { id, url } = await furtherDatabase(world, second);
    await there.as('OWNER');
    const { toSchemaName } = await move(world, there, id);
    expect(await answer(there)).toEqual(served);
    await second.stop();
    const { away } = await world.app.fit.refresh();
    expect(away.map(({ schemas }) => schemas)).toEqual([1]);
    expect((await answer(there))[1]).toBe('UNAVAILABLE');
    await second.start();
    const further = connect(url);
    const { restore } = await setBack(further, toSchemaName);
    await expect.poll(() => answer(there), patient).toEqual(migrating);
    expect(await answer(here)).toEqual(served);
    expect((await world.app.fit.refresh()).unfit).toContain(there.tenant.slug);
    await restore();
    await expect.poll(() => answer(there), patient).toEqual(served);
    await further.end();
  });

  it('costs one catalog query on first use, and none afterwards', async () => {
    const company = await world.company();
    await company.as('OWNER');
    await using other = await anotherServer();
    const asked = () => other.recorded.filter((text) => text.includes('from chantier.tenant_migrations')).length;
    await Promise.all(Array.from({ length: 20 }, () => through(other, company)));
    const first = asked();
    expect(first).toBeLessThan(3);
    await through(other, company);
    expect(asked()).toBe(first);
  });
});
