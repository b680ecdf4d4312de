import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/identity/create-api-key.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import { type Company, World } from '../support/world.ts';

let second: SecondServer;
let world: World;
let http: HttpServer;
let company: Company;
let token: string;

beforeAll(async () => {
  second = await startSecondServer();
  world = await ownWorld({ env: second.env });
  const { router } = buildGraphServer(world.app);
  http = await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 1_000 });
  company = await world.company('Org 1');
  token = (await company.as('OWNER')).session.accessToken;
});

afterAll(async () => {
  await http.close();
  await world[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

const run = promisify(execFile);

/** Calls the server as the guide does, with curl. */
async function curl(path: string, ...options: string[]) {
  const url = `http://127.0.0.1:${http.port}${path}`;
  const { stdout } = await run('curl', ['-sS', '-w', '\n%{http_code}', url, ...options]);
  const [status, ...lines] = stdout.split('\n').reverse();
  return { status: Number(status), text: lines.reverse().join('\n'), json: JSON.parse(lines.join('\n')) };
}

const as = (accessToken: string): string[] => ['-H', `Authorization: Bearer ${accessToken}`];
const put = (databaseUrl: unknown, accessToken = token): string[] => [
  ...['-X', 'PUT', '-H', 'Content-Type: application/json', ...as(accessToken)],
  ...['-d', JSON.stringify({ databaseUrl })],
];

describe('the database of an organization, over REST', () => {
  it('answers as documented: moves to a dedicated database, and back to the shared one', async () => {
    const path = `/api/organizations/${company.tenant.id}/database`;
    const data = { organizationId: company.tenant.id, organizationName: 'Org 1' };
    const shared = { success: true, data: { ...data, databaseUrl: null, hasDedicatedDatabase: false } };
    expect(await curl(path, ...as(token))).toMatchObject({ status: 200, json: shared });
    const { url } = await second.createDatabase();
    const redacted = url.replace(/:[^:@]+@/, ':***@');
    const own = { success: true, data: { ...data, databaseUrl: redacted, hasDedicatedDatabase: true } };
    const moved = await curl(path, ...put(url));
    expect(moved).toMatchObject({ status: 200, json: own });
    expect(Object.keys(moved.json.data)).toEqual([
      'organizationId',
      'organizationName',
      'databaseUrl',
      'hasDedicatedDatabase',
    ]);
    expect(moved.text).not.toContain(new URL(url).password);
    const global = `/api/organizations/Organization:${company.tenant.id}/database`;
    expect((await curl(global, ...as(token))).json).toEqual(own);
    expect((await curl(`${path}/move`, ...as(token))).json).toMatchObject({
      success: true,
      data: { phase: 'SWITCHED', from: 'primary', pausedMs: expect.any(Number), lastError: null },
    });
    // The same again changes nothing
    expect((await curl(path, ...put(url))).json).toEqual(own);
    expect((await curl(path, ...put(null))).json).toEqual(shared);
    const { data: graph } = await (await company.as('OWNER')).graphql(
      '{ viewer { organization { database { name kind hasDedicatedDatabase lastMove { phase to } } } } }',
    );
    expect(graph.viewer.organization.database).toEqual({
      name: 'primary',
      kind: 'PRIMARY',
      hasDedicatedDatabase: false,
      lastMove: { phase: 'SWITCHED', to: 'primary' },
    });
  });

  it('is for administrators of that organization, signed in', async () => {
    const path = `/api/organizations/${company.tenant.id}/database`;
    const other = (await (await world.company()).as('OWNER')).session.accessToken;
    const manager = (await company.as('MANAGER')).session.accessToken;
    const unknown = `/api/organizations/00000000-0000-7000-8000-000000000000/database`;
    const codes = async (...answers: ReturnType<typeof curl>[]) =>
      (await Promise.all(answers)).map(({ status, json }) => [status, json.success, json.error.code]);
    expect(
      await codes(
        curl(path),
        curl(path, ...as('nonsense')),
        curl(path, ...as(manager)),
        curl(path, ...as(other)),
        curl(unknown, ...as(token)),
        curl('/api/organizations/Task:1/database', ...as(token)),
        curl(path, '-X', 'DELETE', ...as(token)),
        curl(path, '-X', 'PUT', ...as(token), '-d', 'databaseUrl=x'),
        curl(path, '-X', 'PUT', ...as(token), '-H', 'Content-Type: application/json', '-d', '{}'),
        curl(path, ...as(token), '-H', 'Cookie: chantier_refresh=x'),
        curl(path, ...as(token), '-H', 'Host: rebound.example'),
      ),
    ).toEqual([
      [401, false, 'UNAUTHENTICATED'],
      [401, false, 'UNAUTHENTICATED'],
      [403, false, 'FORBIDDEN'],
      [404, false, 'NOT_FOUND'],
      [404, false, 'NOT_FOUND'],
      [400, false, 'BAD_INPUT'],
      [405, false, 'METHOD_NOT_ALLOWED'],
      [415, false, 'UNSUPPORTED_MEDIA_TYPE'],
      [400, false, 'BAD_INPUT'],
      [403, false, 'CSRF_REQUIRED'],
      [403, false, 'FORBIDDEN'],
    ]);
    const foreign = await curl(path, ...as(other));
    expect(foreign.json).toEqual((await curl(unknown, ...as(token))).json);
  });

  it('rejects API keys, and is off unless the operator allows it', async () => {
    const owner = await company.as('OWNER');
    const viewer = { ...owner.user, organizationId: company.tenant.id, permissions: new Set(['organization:manage']) };
    const { key } = await createApiKey(
      world.app.identity,
      { ...viewer, userId: owner.user.id, role: 'OWNER' } as never,
      { name: 'robot', scopes: ['organization:manage'] } as never,
      {},
    );
    const path = `/api/organizations/${company.tenant.id}/database`;
    const { url } = await second.createDatabase();
    expect((await curl(path, ...as(key))).status).toBe(200);
    expect(await curl(path, ...put(url, key))).toMatchObject({ status: 403, json: { error: { code: 'FORBIDDEN' } } });
    const strict = await World.open({
      env: { ...second.env, ENABLE_MULTI_DATABASE: 'false' },
      databaseUrl: world.app.installation.adminUrl,
    });
    const { errors } = await strict.graphql(
      'mutation ($input: MoveOrganizationDatabaseInput!) { moveOrganizationDatabase(input: $input) { database { name } } }',
      { input: { databaseUrl: url } },
      owner.headers,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await strict[Symbol.asyncDispose]();
  });

  it('reports an invalid URL without its password', async () => {
    const path = `/api/organizations/${company.tenant.id}/database`;
    const secret = 'a-secret-of-mine';
    const { port } = new URL(second.adminUrl);
    const answers = await Promise.all(
      [
        `postgresql://user:${secret}@10.0.0.1:5432/org1_db`,
        `postgresql://user:${secret}@169.254.169.254:5432/org1_db`,
        `postgresql://user:${secret}@127.0.0.1:${port}/org1_db?sslmode=disable`,
        `postgresql://user:${secret}@127.0.0.1:${port}/org1_db?options=-crole%3Dpostgres`,
        `mysql://user:${secret}@db.example/x`,
        'x',
      ].map((url) => curl(path, ...put(url))),
    );
    expect(answers.map(({ status, json }) => [status, json.error.code])).toEqual(Array(6).fill([400, 'BAD_INPUT']));
    expect(answers.map(({ text }) => text).join()).not.toContain(secret);
    expect((await curl(path, ...as(token))).json.data.hasDedicatedDatabase).toBe(false);
  });

  it('ends moves in the graph', async () => {
    const owner = await company.as('OWNER');
    const { url } = await second.createDatabase();
    const fields = 'database { hasDedicatedDatabase databaseUrl lastMove { phase } }';
    const { moveOrganizationDatabase: moved } = await owner.ok(
      `mutation ($input: MoveOrganizationDatabaseInput!) { moveOrganizationDatabase(input: $input) { ${fields} } }`,
      { input: { databaseUrl: url } },
    );
    expect(moved.database).toMatchObject({ hasDedicatedDatabase: true, lastMove: { phase: 'SWITCHED' } });
    const end = `mutation ($how: DatabaseMoveEnd!) { endOrganizationMove(input: { how: $how }) { ${fields} } }`;
    const { endOrganizationMove: ended } = await owner.ok(end, { how: 'CONFIRM' });
    expect(ended.database).toMatchObject({ hasDedicatedDatabase: true, lastMove: { phase: 'CONFIRMED' } });
    const { errors } = await owner.graphql(end, { how: 'ROLL_BACK' });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_STATE' } }]);
  });
});
