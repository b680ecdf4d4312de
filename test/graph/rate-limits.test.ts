import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { later } from '../../src/lib/clock.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import { Backends } from '../support/backends.ts';
import { type Member, type World, world } from '../support/world.ts';

// Time stands still unless a test moves it: no points come back meanwhile
let now = new Date();
const env = {
  KEY_POINTS: '1000',
  KEY_RESTORE_RATE: '50',
  ORGANIZATION_POINTS: '10000',
  ORGANIZATION_RESTORE_RATE: '500',
};
const options = { clock: () => now, env };
const here = await world(options);
const there = await world({ ...options, databaseUrl: here.databaseUrl });
const unlimited = await world({ clock: () => now, databaseUrl: here.databaseUrl });

const listen = (router: World['router']) => HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 500 });
const servers = {
  here: await listen(here.router),
  there: await listen(there.router),
  yoga: await listen(buildGraphServer(here.app, { fastPath: false }).router),
  unlimited: await listen(unlimited.router),
};
afterAll(() => Promise.all(Object.values(servers).map((server) => server.close())));

interface Sent {
  query?: string;
  by?: Record<string, string>;
  method?: 'GET' | 'POST';
  extensions?: Record<string, unknown>;
}

const people = '{ profiles(first: 1) { totalCount } }';
/** Five points for fields that are skipped. Reads nothing from the database, so it costs its estimate. */
const skipped = Array.from({ length: 480 }, (_, n) => `r${n}: role`).join(' ');
const fivePoints = `query ($all: Boolean = false) { viewer { role ... @include(if: $all) { ${skipped} } } }`;

async function send(to: keyof typeof servers, { query = people, by = key, method = 'POST', extensions }: Sent = {}) {
  const search = new URLSearchParams({ query, ...(extensions && { extensions: JSON.stringify(extensions) }) });
  const response = await fetch(`http://127.0.0.1:${servers[to].port}/graphql${method === 'GET' ? `?${search}` : ''}`, {
    method,
    headers: { 'content-type': 'application/json', ...by },
    ...(method === 'POST' && { body: JSON.stringify({ query, ...(extensions && { extensions }) }) }),
  });
  const body = (await response.json()) as {
    data?: Record<string, unknown>;
    errors?: { message: string; extensions: Record<string, unknown> }[];
    extensions?: { cost?: { estimated: number; actual: number; available: number; restoreRate: number } };
  };
  const header = (name: string) => response.headers.get(name);
  return { status: response.status, header, body, error: body.errors?.[0], cost: body.extensions?.cost };
}

let owner: Member;
let member: Member;
let key: Record<string, string>;

const createKey =
  'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id limit { points } } } }';
async function newKey(more: Record<string, unknown> = {}, by = owner) {
  const input = { name: 'sync', scopes: ['PEOPLE_READ'], ...more };
  const { createApiKey: made } = await by.ok(createKey, { input });
  return { id: made.apiKey.id as string, headers: { authorization: `Bearer ${made.key}` }, limit: made.apiKey.limit };
}

beforeAll(async () => {
  const acme = await here.company();
  [owner, member] = [await acme.as('OWNER'), await acme.as('MEMBER')];
});

/** Without a socket, for many requests at once. */
async function answerOf({ fetch }: World['yoga'], by: Record<string, string>) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...by } };
  const response = await fetch('http://localhost/graphql', { ...init, body: JSON.stringify({ query: fivePoints }) });
  const body = (await response.json()) as {
    errors?: { extensions: { code: string } }[];
    extensions?: { cost: { actual: number } };
  };
  return { status: response.status, code: body.errors?.[0]?.extensions.code, cost: body.extensions?.cost };
}

const leasesSince = (marks: ReadonlyMap<World, number>) =>
  [...marks].flatMap(([{ recorded }, from]) => recorded.slice(from)).filter((text) => text.includes('token_buckets'));

describe('a bucket of 1000 points that two servers share', () => {
  it('serves 1000 of 4000 points, and leases them in few statements', async () => {
    key = (await newKey()).headers;
    const marks = new Map([here, there].map((each) => [each, each.recorded.length]));
    const ask = ({ yoga }: World) => Array.from({ length: 400 }, () => answerOf(yoga, key));
    const answers = await Promise.all([...ask(here), ...ask(there)]);
    const served = answers.filter(({ status }) => status === 200);
    const points = served.reduce((sum, { cost }) => sum + cost!.actual, 0);
    expect(points).toBeGreaterThanOrEqual(1_000);
    expect(points).toBeLessThanOrEqual(1_100);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set(['429 RATE_LIMITED']));
    expect(leasesSince(marks).length).toBeLessThan(80);
  });

  it('gives points back with time', async () => {
    key = (await newKey({ limit: { points: 100, restoreRate: 10 } })).headers;
    for (let n = 0; n < 20; n++) expect(await send('here', { query: fivePoints })).toMatchObject({ status: 200 });
    const refused = await send('here', { query: fivePoints });
    expect(refused).toMatchObject({ status: 429, error: { extensions: { code: 'RATE_LIMITED', retryAfter: 1 } } });
    expect(refused.header('retry-after')).toBe('1');
    expect(refused.header('ratelimit')).toMatch(/^"key";r=0;t=10, "organization";r=\d+;t=\d+$/);
    now = later(now, 1_000);
    const tries = [];
    for (let n = 0; n < 4; n++) tries.push((await send('there', { query: fivePoints })).status);
    expect(tries).toEqual([200, 200, 429, 429]);
    now = later(now, 60_000);
  });
});

describe('the answer to an API key', () => {
  beforeAll(async () => {
    key = (await newKey()).headers;
    for (let n = 0; n < 2; n++) await send('here');
  });

  it('tells its limits and its cost, on both paths', async () => {
    for (const to of ['here', 'yoga'] as const) {
      const { header, cost, body } = await send(to);
      expect(body.data).toEqual({ profiles: { totalCount: 2 } });
      expect(header('ratelimit-policy')).toBe('"key";q=1000;qu="points";w=20, "organization";q=10000;qu="points";w=20');
      // Both are read while the time of the statement may still be charged
      const [, left, seconds] = /^"key";r=(\d+);t=(\d+), "organization";r=\d+;t=\d+$/.exec(header('ratelimit')!)!;
      expect(Number(seconds)).toBe(Math.ceil((1_000 - Number(left)) / 50));
      expect(cost).toEqual({
        estimated: 1,
        actual: expect.any(Number),
        available: expect.any(Number),
        restoreRate: 50,
      });
      expect(cost!.available).toBeGreaterThanOrEqual(Number(left));
    }
  });

  it('sends no further statement for each request', async () => {
    const { headers } = await newKey({ limit: { points: 10_000_000, restoreRate: 1_000_000 } });
    await send('here', { by: headers });
    const mark = here.recorded.length;
    for (let n = 0; n < 10; n++) expect((await send('here', { by: headers })).status).toBe(200);
    const texts = here.recorded.slice(mark).filter((text) => !/^(begin|commit|set )/i.test(text.trim()));
    const leases = texts.filter((text) => text.includes('token_buckets'));
    // One each; the server's background work may send a few of its own
    expect(texts.length - leases.length).toBeLessThan(20);
    expect(leases.length).toBeLessThan(5);
  });

  it('can be cached by GET, where it tells the cost only when asked', async () => {
    const [first, second] = [await send('here', { method: 'GET' }), await send('here', { method: 'GET' })];
    expect([first.cost, first.header('etag')]).toEqual([undefined, second.header('etag')]);
    expect(first.header('ratelimit')).toContain('"key";r=');
    const asked = await send('here', { method: 'GET', extensions: { cost: true } });
    expect(asked.cost).toMatchObject({ estimated: 1 });
  });

  it('of an operation that the bucket can never pay is TOO_COMPLEX', async () => {
    const { headers, limit } = await newKey({ limit: { points: 4, restoreRate: 1 } });
    expect(limit).toEqual({ points: 4 });
    const refused = await send('here', { query: fivePoints, by: headers });
    expect(refused).toMatchObject({
      status: 400,
      error: { extensions: { code: 'TOO_COMPLEX', cost: { points: 5 }, limits: { points: 4 } } },
    });
  });
});

describe('the field rateLimit', () => {
  const query = `{ rateLimit { limit remaining restoreRate resetAt cost } }`;
  const stateOf = async (by: Record<string, string>, to: keyof typeof servers = 'here') =>
    (await send(to, { query, by })).body.data!.rateLimit;

  it('tells a key and a person what is left of the limit with the fewest points', async () => {
    const { headers } = await newKey({ limit: { points: 20, restoreRate: 2 } });
    const resetAt = later(now, 1_000).toISOString();
    const state = { limit: 20, restoreRate: 2, resetAt, cost: 1 };
    expect(await stateOf(headers)).toEqual({ ...state, remaining: 19 });
    expect(await stateOf(headers, 'yoga')).toEqual({ ...state, remaining: 18 });
    expect(await stateOf(member.headers)).toMatchObject({ limit: 5_000, restoreRate: 250, cost: 1 });
  });

  it('is null for callers without limits', async () => {
    expect(await stateOf({})).toBeNull();
    expect(await stateOf(member.headers, 'unlimited')).toBeNull();
  });
});

describe('database time', () => {
  it('that is worth more than the estimate is charged afterwards', async () => {
    const { headers } = await newKey({ scopes: ['CLIENT_READ'], limit: { points: 1_000, restoreRate: 1 } });
    const query = '{ clients(first: 1) { totalCount } }';
    await send('here', { query, by: headers });
    await using blocker = new Backends(here.app.installation.adminUrl);
    const { schemaName } = owner.company.tenant;
    await blocker.query(`begin; lock table ${schemaName}.clients in access exclusive mode`);
    const asked = send('here', { query, by: headers });
    const waits = `select 1 from pg_locks where not granted and relation = '${schemaName}.clients'::regclass`;
    while ((await blocker.query(waits)).length === 0);
    await blocker.query('select pg_sleep(0.3); commit');
    const { status, cost } = await asked;
    expect([status, cost!.estimated]).toEqual([200, 1]);
    expect(cost!.actual).toBeGreaterThanOrEqual(30);
    // The rest is paid when the connection is given back, which may be after the answer was sent
    let spent = 1 + 30;
    let remaining: number;
    do {
      const state = await send('here', { query: '{ rateLimit { remaining cost } }', by: headers });
      expect(state.body.data!.rateLimit).toMatchObject({ cost: 1, remaining: expect.any(Number) });
      ({ remaining } = state.body.data!.rateLimit as { remaining: number });
      spent += 1;
    } while (remaining > 1_000 - spent);
  });
});

describe('a person', () => {
  it('has half of the points of the organization, and learns the cost on request', async () => {
    const plain = await send('here', { by: member.headers });
    expect(plain.cost).toBeUndefined();
    expect(plain.header('ratelimit-policy')).toContain('"member";q=5000;qu="points";w=20, "organization";q=10000');
    for (const to of ['here', 'yoga'] as const) {
      const { cost } = await send(to, { by: member.headers, extensions: { cost: true } });
      expect(cost).toMatchObject({ estimated: 1, restoreRate: 250 });
    }
  });

  it('is not limited, and not told so, where limits are off', async () => {
    const { header, cost } = await send('unlimited', { by: member.headers, extensions: { cost: true } });
    expect([header('ratelimit'), header('ratelimit-policy'), cost]).toEqual([null, null, undefined]);
  });
});

describe('the limit of a key', () => {
  const setLimit = `mutation ($apiKeyId: ID!, $limit: ApiKeyLimitInput) {
    setApiKeyLimit(input: { apiKeyId: $apiKeyId, limit: $limit }) { apiKey { limit { points restoreRate } } }
  }`;
  const limit = { points: 300, restoreRate: 10 };

  it('is set by an administrator and holds for the next request', async () => {
    const { id, headers } = await newKey();
    await send('here', { by: headers });
    expect(await owner.ok(setLimit, { apiKeyId: id, limit })).toEqual({ setApiKeyLimit: { apiKey: { limit } } });
    expect((await send('here', { by: headers })).header('ratelimit-policy')).toContain('"key";q=300;qu="points";w=30');
    expect(await owner.ok(setLimit, { apiKeyId: id })).toEqual({ setApiKeyLimit: { apiKey: { limit: null } } });
    expect((await send('here', { by: headers })).header('ratelimit-policy')).toContain('"key";q=1000;');
  });

  it('is refused to members, to keys, and for keys of other organizations', async () => {
    const { id } = await newKey();
    const admin = await newKey({ scopes: ['ORGANIZATION_MANAGE'] });
    const stranger = await (await here.company('Other')).as('OWNER');
    const codeOf = async (who: Member, headers = {}, variables: Record<string, unknown> = { apiKeyId: id, limit }) =>
      (await who.graphql(setLimit, variables, headers)).errors[0]?.extensions;
    expect(await codeOf(member)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await codeOf(owner, admin.headers)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await codeOf(stranger)).toMatchObject({ code: 'NOT_FOUND', field: 'input.apiKeyId' });
    const wrong = { apiKeyId: id, limit: { points: 0, restoreRate: 1 } };
    expect(await codeOf(owner, {}, wrong)).toMatchObject({ code: 'BAD_INPUT', field: 'input.limit.points' });
  });
});
