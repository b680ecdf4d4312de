import { once } from 'node:events';
import { createClient as createSseClient } from 'graphql-sse';
import { type Client, type CloseCode, createClient as createWsClient } from 'graphql-ws';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket as RawSocket } from 'ws';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import { closeCodes } from '../../src/server/subscriptions/web-sockets.ts';
import { createClient } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';

const server = await world();
const listen = (router = server.router, port = 0) =>
  HttpServer.listen({ router, host: '127.0.0.1', port, graceMs: 500 });
const http = await listen();
const clients: { dispose(): unknown }[] = [];
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await http.close();
});

const query = `subscription ($after: String) { changes(after: $after, types: ["Client"]) {
  changed { node { __typename id ... on Client { name } } } removed { id } cursor } }`;

interface Changes {
  changed: { node: { id: string; name: string } }[];
  removed: { id: string }[];
  cursor: string;
}
type Result = { data?: { changes: Changes } | null; errors?: readonly { extensions?: { code?: unknown } }[] };
type Follow = AsyncIterableIterator<Result>;
type Authorized = Pick<Member, 'headers'>;

function overWebSocket({ headers }: Authorized, port = http.port): Client {
  const client = createWsClient({ url: `ws://127.0.0.1:${port}/graphql`, connectionParams: headers, retryAttempts: 0 });
  clients.push(client);
  return client;
}

const followOverWebSocket = (member: Authorized, after?: string, port?: number): Follow =>
  overWebSocket(member, port).iterate({ query, variables: { after } }) as Follow;

function followOverSse({ headers }: Authorized, after?: string): Follow {
  const client = createSseClient({ url: `http://127.0.0.1:${http.port}/graphql`, headers, retryAttempts: 0 });
  clients.push(client);
  return client.iterate({ query, variables: { after } }) as Follow;
}

async function nextFrame(frames: Follow): Promise<Changes> {
  const { value } = await frames.next();
  expect(value?.errors).toBeUndefined();
  return value.data.changes;
}

/** The ids that frames tell, until one of them is this id. */
async function idsUntil(frames: Follow, id: string): Promise<{ ids: string[]; cursor: string }> {
  const ids: string[] = [];
  for (;;) {
    const { changed, removed, cursor } = await nextFrame(frames);
    ids.push(...changed.map(({ node }) => node.id), ...removed.map((each) => each.id));
    if (ids.includes(id)) return { ids, cursor };
  }
}

describe.each([
  ['graphql-ws', followOverWebSocket],
  ['graphql-sse', followOverSse],
])('with the client of %s, a subscription', (_name, follow) => {
  it('sends the changes of one’s own organization, and resumes without a gap', async () => {
    const owner = await (await server.company()).as('OWNER');
    const stranger = await (await server.company()).as('OWNER');
    const [frames, theirs] = [follow(owner), follow(stranger)];
    for (const each of [frames, theirs]) await nextFrame(each);
    const first = await createClient(owner, { name: 'Initech' });
    const { ids, cursor } = await idsUntil(frames, first);
    expect(ids).toEqual([first]);
    await frames.return?.();
    const missed = await createClient(owner, { name: 'Hooli' });
    await run(owner, 'deleteClient', { id: first }, 'deletedId');
    const resumed = follow(owner, cursor);
    const told = [...(await idsUntil(resumed, missed)).ids];
    if (!told.includes(first)) told.push(...(await idsUntil(resumed, first)).ids);
    expect(new Set(told)).toEqual(new Set([missed, first]));
    const foreign = await createClient(stranger);
    expect((await idsUntil(theirs, foreign)).ids).toEqual([foreign]);
    for (const each of [resumed, theirs]) await each.return?.();
  });
});

/** The code of the error that refuses an operation on a socket of its own. */
async function refusal(member: Authorized, operation: { query: string; variables?: Record<string, unknown> }) {
  const frames = overWebSocket(member).iterate(operation) as Follow;
  try {
    const { value } = await frames.next();
    return value?.errors?.[0]?.extensions?.code ?? 'none';
  } catch (error) {
    return Array.isArray(error) ? error[0].extensions.code : (error as CloseEvent).reason;
  } finally {
    await frames.return?.();
  }
}

describe('over WebSocket, an operation', () => {
  it('is admitted like a query over HTTP', async () => {
    const owner = await (await server.company()).as('OWNER');
    const stranger = await (await server.company()).as('OWNER');
    const { cursor } = (await stranger.ok('{ changes { cursor } }')).changes;
    const after = (value: unknown) => ({ query, variables: { after: value } });
    expect(await refusal({ headers: {} }, { query })).toBe('UNAUTHENTICATED');
    expect(await refusal({ headers: { authorization: 'Bearer nonsense' } }, { query })).toBe('UNAUTHENTICATED');
    const elsewhere = { headers: { ...owner.headers, 'x-tenant': stranger.company.tenant.slug } };
    expect(await refusal(elsewhere, { query })).toBe('TENANT_MISMATCH');
    expect(await refusal(owner, after(cursor))).toBe('CURSOR_EXPIRED');
    expect(await refusal(owner, after('nonsense'))).toBe('BAD_CURSOR');
    expect(await refusal(owner, after(1))).not.toBe('none');
    const costly = 'subscription { changes(first: 1000000000) { changed { node { id } } } }';
    expect(await refusal(owner, { query: costly })).toBe('TOO_COMPLEX');
    expect(await refusal(owner, { query: 'subscription { nonsense }' })).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await refusal(owner, { query: 'subscription {' })).toBe('GRAPHQL_PARSE_FAILED');
    expect(await refusal(owner, { query: '{ changes { cursor } }' })).toBe('BAD_INPUT');
    expect(await refusal(owner, { query: '' })).toBe('BAD_INPUT');
  });

  it('ends with an error once the membership has ended', async () => {
    const company = await server.company();
    const [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
    const frames = followOverWebSocket(member);
    await nextFrame(frames);
    const { members } = await owner.ok('{ members { nodes { id role } } }');
    const { id } = members.nodes.find(({ role }: { role: string }) => role === 'MEMBER');
    await run(owner, 'removeMember', { memberId: id }, '__typename');
    let last: Result = {};
    for await (const result of frames) last = result;
    expect(['FORBIDDEN', 'UNAUTHENTICATED']).toContain(last.errors?.[0]?.extensions?.code);
  });
});

describe('a WebSocket', () => {
  const open = (headers: Record<string, string>, path = '/graphql') =>
    new RawSocket(`ws://127.0.0.1:${http.port}${path}`, 'graphql-transport-ws', { headers });
  const statusOf = async (socket: RawSocket): Promise<number> => {
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    return response.statusCode;
  };

  it('is refused to pages of other sites, and at other paths', async () => {
    expect(await statusOf(open({ origin: 'https://evil.example' }))).toBe(403);
    expect(await statusOf(open({ origin: 'null' }))).toBe(403);
    expect(await statusOf(open({}, '/health/live'))).toBe(200);
    expect(await statusOf(open({}, '/nowhere'))).toBe(404);
    const own = open({ origin: `http://127.0.0.1:${http.port}` });
    await once(own, 'open');
    own.terminate();
  });

  it.each([
    ['nonsense', 'no json', 4400],
    ['a subscription before the sender is known', '{"id":"1","type":"subscribe","payload":{"query":"{ x }"}}', 4401],
    ['an unknown message', '{"type":"nonsense"}', 4400],
    ['a message that is too long', ' '.repeat(5_000_000), 1009],
  ])('is closed after %s', async (_what, text, code) => {
    const socket = open({});
    await once(socket, 'open');
    socket.send(text);
    const [closed] = await once(socket, 'close');
    expect(closed).toBe(code);
  });

  it('tells clients to connect again when the server stops, and the next server resumes', async () => {
    const owner = await (await server.company()).as('OWNER');
    const stopping = new AbortController();
    const { router } = buildGraphServer(server.app, {
      ending: stopping.signal,
      subscriptionLimits: { restartSpreadMs: 50 },
    });
    const old = await listen(router);
    const { port } = old;
    const frames = followOverWebSocket(owner, undefined, port);
    const { cursor } = await nextFrame(frames);
    const end = frames.next().then(
      () => undefined,
      (error: { code: CloseCode | number }) => error.code,
    );
    stopping.abort();
    await old.close();
    expect(await end).toBe(closeCodes.restart);
    const id = await createClient(owner);
    const next = await listen(server.router, port);
    const resumed = followOverWebSocket(owner, cursor, port);
    expect((await idsUntil(resumed, id)).ids).toEqual([id]);
    await resumed.return?.();
    await next.close();
  });
});
