import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import type { Router } from '../../src/server/routes/router.ts';
import { type Company, type Member, world } from '../support/world.ts';

const query = 'query ($first: Int) { profiles(first: $first) { totalCount nodes { id firstName } } }';

describe('a query that has a plan', async () => {
  const here = await world({ env: { CORS_ORIGINS: 'https://app.example,https://two.example' } });
  const { router, fastPath } = buildGraphServer(here.app);
  const listen = (on: Router) => HttpServer.listen({ router: on, host: '127.0.0.1', port: 0, graceMs: 500 });
  const short = await listen(router);
  const long = await listen(buildGraphServer(here.app, { fastPath: false }).router);
  afterAll(() => Promise.all([short.close(), long.close()]));

  let acme: Company;
  let other: Company;
  let manager: Member;
  beforeAll(async () => {
    acme = await here.company();
    other = await here.company('Other');
    manager = await acme.as('MANAGER');
  });

  interface Sent {
    path?: string;
    method?: string;
    headers?: Record<string, string>;
    body?: unknown;
  }

  async function send(server: HttpServer, { path = '/graphql', method = 'POST', headers, body }: Sent) {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...manager.headers, ...headers },
      ...(method === 'POST' && { body: typeof body === 'string' ? body : JSON.stringify(body ?? { query }) }),
    });
    const { date: _, 'x-request-id': requestId, ...rest } = Object.fromEntries(response.headers);
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    return { status: response.status, headers: rest, body: await response.text() };
  }

  async function both(request: Sent) {
    const served = fastPath!.served;
    const [expected, actual] = [await send(long, request), await send(short, request)];
    expect(actual).toEqual(expected);
    return fastPath!.served - served;
  }

  it('takes the fast path from the second time on, with the same answer and headers', async () => {
    await both({});
    expect(await both({})).toBe(1);
    expect(await both({ body: { query, variables: { first: 1 }, operationName: null } })).toBe(1);
    expect(await both({ headers: { accept: 'application/json' } })).toBe(1);
    expect(await both({ headers: { accept: 'application/graphql-response+json' } })).toBe(1);
    expect(await both({ path: `/t/${acme.tenant.slug}/graphql` })).toBe(1);
    expect(await both({ headers: { 'x-tenant': acme.tenant.slug } })).toBe(1);
  });

  it.each<[string, Sent]>([
    ['a listed origin', { headers: { origin: 'https://two.example' } }],
    ['another origin', { headers: { origin: 'https://evil.example' } }],
    ['extensions', { body: { query, extensions: { clientLibrary: { name: '@apollo/client', version: '4.3.8' } } } }],
    ['types with weights', { headers: { accept: 'application/graphql-response+json,application/json;q=0.9' } }],
    [
      'types of urql',
      { headers: { accept: 'application/graphql-response+json, application/json, text/event-stream' } },
    ],
    ['GET', { method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}` }],
    [
      'GET with variables',
      { method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}&variables={"first":1}` },
    ],
    [
      'GET from an origin',
      {
        method: 'GET',
        path: `/graphql?query=${encodeURIComponent(query)}`,
        headers: { origin: 'https://app.example' },
      },
    ],
  ])('takes the fast path with %s, with the same answer and headers', async (_what, request) => {
    await both(request);
    expect(await both(request)).toBe(1);
  });

  it('is not sent again by GET when nothing has changed', async () => {
    const request = { method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}` };
    const { headers } = await send(short, request);
    expect(headers).toMatchObject({
      'cache-control': 'private, no-cache',
      vary: expect.stringContaining('authorization'),
    });
    const again = { ...request, headers: { 'if-none-match': `"other", ${headers.etag}` } };
    expect(await both(again)).toBe(1);
    expect(await send(short, again)).toMatchObject({ status: 304, body: '', headers: { etag: headers.etag } });
  });

  it.each<[string, () => Sent]>([
    ['without a token', () => ({ headers: { authorization: '' } })],
    ['with a bad token', () => ({ headers: { authorization: 'Bearer nonsense' } })],
    ['for another organization', () => ({ headers: { 'x-tenant': other.tenant.slug } })],
    ['on the path of another organization', () => ({ path: `/t/${other.tenant.slug}/graphql` })],
    ['with the session cookie alone', () => ({ headers: { cookie: 'chantier_refresh=x' } })],
    ['as text', () => ({ headers: { 'content-type': 'text/plain' } })],
    ['with variables that do not fit', () => ({ body: { query, variables: { first: 'x' } } })],
    ['with a page that is too large', () => ({ body: { query, variables: { first: 1_000 } } })],
    ['that is no JSON', () => ({ body: '{"query":' })],
    ['of an empty body', () => ({ body: '' })],
    ['of several operations', () => ({ body: [{ query }] })],
    ['that is no document', () => ({ body: { query: '{' } })],
    ['for an event stream', () => ({ headers: { accept: 'text/event-stream' } })],
    ['that asks how it was answered', () => ({ body: { query, extensions: { plan: true } } })],
    ['by GET, unknown', () => ({ method: 'GET', path: `/graphql?query=${encodeURIComponent('{ __typename }')}` })],
    [
      'by GET, wrong variables',
      () => ({ method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}&variables=x` }),
    ],
    ['with a wrong parameter', () => ({ body: { query, extensions: 1 } })],
    ['with an unknown parameter', () => ({ body: { query, id: 'x' } })],
    ['with an unknown id', () => ({ body: { documentId: 'nothing' } })],
    ['with an unknown hash', () => ({ body: { extensions: { persistedQuery: { sha256Hash: 'x' } } } })],
    ['with another operation', () => ({ body: { query, operationName: 'Other' } })],
    ['of another path', () => ({ path: '/graphql/more' })],
  ])('is refused or answered by the rest of the server: %s', async (_what, request) => {
    await both({});
    expect(await both(request())).toBe(0);
  });

  it('leaves operations without a plan to Yoga', async () => {
    const viewer = { query: '{ viewer { role } }' };
    for (let n = 0; n < 3; n++) expect(await both({ body: viewer })).toBe(0);
    const signOut = { query: 'mutation { signOut(input: {}) { done } }' };
    for (let n = 0; n < 3; n++) await both({ body: signOut, headers: { authorization: '' } });
    expect(await both({ body: signOut, headers: { authorization: '' } })).toBe(0);
  });

  const create = 'mutation ($name: String!) { createClient(input: { name: $name }) { client { name } } }';
  const countOf = async (name: string) =>
    (await manager.ok(`{ clients(where: { name: { eq: "${name}" } }) { totalCount } }`)).clients.totalCount;

  it('may be a mutation, which runs once', async () => {
    const body = { query: create, variables: { name: 'Short' } };
    await both({ body });
    expect(await both({ body })).toBe(1);
    expect(await countOf('Short')).toBe(4);
  });

  it('may be a mutation with skipped fields', async () => {
    const query = `mutation ($name: String!, $again: Boolean!) {
      first: createClient(input: { name: $name }) { client { name } }
      again: createClient(input: { name: $name }) @include(if: $again) { client { name } }
    }`;
    const ask = (name: string) => send(short, { body: { query, variables: { name, again: false } } });
    await ask('Left out');
    const { served } = fastPath!;
    expect((await ask('Left out')).body).toBe('{"data":{"first":{"client":{"name":"Left out"}}}}');
    expect([fastPath!.served - served, await countOf('Left out')]).toEqual([1, 2]);
  });

  it('may be a failing mutation, which leaves nothing', async () => {
    const body = { query: create, variables: { name: ' ' } };
    for (let n = 0; n < 2; n++) {
      expect(await both({ body })).toBe(0);
      expect(await both({ body, headers: (await acme.as('CLIENT')).headers })).toBe(0);
    }
    expect(await countOf(' ')).toBe(0);
  });

  it('replays the answer of an Idempotency-Key, whichever path it took first', async () => {
    const body = { query: create, variables: { name: 'Keyed' } };
    await both({ body });
    for (const [first, key] of [
      [long, 'by-yoga'],
      [short, 'by-fast-path'],
    ] as const) {
      const headers = { 'idempotency-key': key };
      expect((await send(first, { body, headers })).headers).not.toHaveProperty('idempotency-replayed');
      expect(await both({ body, headers })).toBe(1);
      expect((await send(short, { body, headers })).headers).toMatchObject({ 'idempotency-replayed': 'true' });
      const other = { query: create, variables: { name: 'Other' } };
      expect(await both({ body: other, headers })).toBe(0);
      expect(JSON.parse((await send(short, { body: other, headers })).body).errors[0].extensions.code).toBe(
        'IDEMPOTENCY_MISMATCH',
      );
    }
    expect(await countOf('Keyed')).toBe(4);
  });

  it('compresses long answers for clients that accept compression, by POST and GET', async () => {
    const names = Array.from({ length: 60 }, (_, n) => `name${n}: firstName`).join(' ');
    const long = `{ profiles { nodes { ${names} } } }`;
    const byGet = { method: 'GET', path: `/graphql?query=${encodeURIComponent(long)}` };
    for (const request of [{ body: { query: long } }, byGet]) {
      await both(request);
      const plain = await send(short, { ...request, headers: { 'accept-encoding': 'identity' } });
      expect(plain.headers).not.toHaveProperty('content-encoding');
      for (const encoding of ['gzip', 'br', 'zstd']) {
        const compressed = { ...request, headers: { 'accept-encoding': encoding } };
        expect(await both(compressed)).toBe(1);
        const { headers, body } = await send(short, compressed);
        expect(headers).toMatchObject({
          'content-encoding': encoding,
          vary: expect.stringContaining('accept-encoding'),
        });
        expect(Number(headers['content-length'])).toBeLessThan(plain.body.length / 3);
        expect([body, headers.etag]).toEqual([plain.body, plain.headers.etag]);
      }
    }
    const few = await send(short, { headers: { 'accept-encoding': 'gzip' } });
    expect(few.headers).not.toHaveProperty('content-encoding');
  });

  it('respects a demotion on the next request', async () => {
    const member = await acme.member('CLIENT');
    const hours = { query: '{ timeEntries { totalCount } projectAssignments { nodes { saleRate { amount } } } }' };
    for (let n = 0; n < 3; n++) await both({ body: hours });
    expect(await both({ body: hours, headers: member.headers })).toBe(0);
  });

  it('is tried again after requests that Yoga had to answer', async () => {
    const cursor = { query: 'query ($after: String) { clients(after: $after) { totalCount } }' };
    const refused = { ...cursor, variables: { after: 'none of ours' } };
    for (let n = 0; n < 3; n++) expect(await both({ body: refused })).toBe(0);
    const tries = [await both({ body: cursor }), await both({ body: cursor })];
    expect(tries).toContain(1);
    expect(await both({ body: cursor })).toBe(1);
  });

  it('survives a client that goes away in the middle of its request', async () => {
    const socket = connect(short.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
    );
    socket.destroy();
    await once(socket, 'close');
    await both({});
  });

  it('survives a client that goes away before its answer', async () => {
    await both({});
    const gone = Array.from({ length: 20 }, async () => {
      const caller = new AbortController();
      const answer = fetch(`http://127.0.0.1:${short.port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...manager.headers },
        body: JSON.stringify({ query }),
        signal: caller.signal,
      });
      setImmediate(() => caller.abort());
      await answer.catch(() => {});
    });
    await Promise.all(gone);
    expect(await both({})).toBe(1);
  });
});
