import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listClientVersions, retireClientVersion } from '../../src/graphql/documents/client-versions.ts';
import { registerDocuments } from '../../src/graphql/documents/register-documents.ts';
import { createApiKey } from '../../src/identity/create-api-key.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import type { Router } from '../../src/server/routes/router.ts';
import { ownWorld } from '../support/own-world.ts';
import type { Member } from '../support/world.ts';

// Time stands still, and no other file changes an organization of this installation: so nothing cached is read again
const now = new Date();
const here = await ownWorld({ clock: () => now });
const { catalog, identity } = here.app;
const listen = (router: Router) => HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 500 });
const { router, fastPath, warm } = buildGraphServer(here.app);
const fast = await listen(router);
const yoga = await listen(buildGraphServer(here.app, { fastPath: false }).router);
afterAll(async () => {
  await Promise.all([fast.close(), yoga.close()]);
  await here[Symbol.asyncDispose]();
});

const by = { actor: { kind: 'SYSTEM' } } as const;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const limits = { complexity: 100_000, depth: 15, breadth: 500 };
const registry = { catalog, clock: identity.clock, schema, limits };
const register = (version: string, documents: Record<string, string>, organizationId: string | null = null) =>
  registerDocuments(
    registry,
    organizationId,
    { client: 'web', version, documents: Object.entries(documents).map(([id, text]) => ({ id, text })) },
    by,
  );

const people = 'query People { profiles(first: 1) { totalCount } }';
const clients = 'query Clients { clients(first: 1) { totalCount } }';
const rename = 'mutation Add($name: String!) { createClient(input: { name: $name }) { client { name } } }';
const old = 'query Old { projects(first: 1) { totalCount } }';

let acme: Member;
let other: Member;
/** The headers of a key that may send no texts. */
let key: Record<string, string>;

beforeAll(async () => {
  acme = await (await here.company()).as('OWNER');
  other = await (await here.company('Other')).as('OWNER');
  const viewer = await here.app.authenticator.authenticate({ authorization: acme.headers.authorization });
  const made = await createApiKey(
    identity,
    viewer as Parameters<typeof createApiKey>[1],
    { name: 'sync', scopes: ['people:read', 'client:read', 'client:write'], persistedOnly: true },
    {},
  );
  key = { authorization: `Bearer ${made.key}` };
  await register('1', { old }, null);
  await register('2', { people, [sha256(people)]: people, rename, [`sha256:${sha256(clients)}`]: clients });
  await register('acme', { own: clients }, acme.company.tenant.id);
  await retireClientVersion(registry, null, { client: 'web', version: '1' }, by);
});

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: Record<string, unknown>;
}

async function exchange(server: HttpServer, { method = 'POST', headers = key, body = {} }: Sent) {
  const search = new URLSearchParams(
    Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
  const path = method === 'GET' ? `/graphql?${search}` : '/graphql';
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'POST' && { body: JSON.stringify(body) }),
  });
  const { data, errors } = (await response.json()) as {
    data?: unknown;
    errors?: { message: string; extensions: { code: string; field?: string } }[];
  };
  return { status: response.status, data, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
}

/** The answer, which is the same by GET and POST, and whether the fast path may answer or not. */
async function send(request: Sent) {
  const answer = await exchange(yoga, request);
  expect(await exchange(fast, request)).toEqual(answer);
  if (request.method === undefined && !JSON.stringify(request.body).includes('name')) {
    for (const server of [yoga, fast]) expect(await exchange(server, { ...request, method: 'GET' })).toEqual(answer);
  }
  return answer;
}

const count = { totalCount: expect.any(Number) };

describe('a registered document', () => {
  it.each([
    ['its name', { documentId: 'people' }],
    ['its digest', { documentId: `sha256:${sha256(people)}` }],
    ['its digest without a prefix', { documentId: sha256(people) }],
    ['its name and its operation', { documentId: 'people', operationName: 'People' }],
    ['its name and its text', { documentId: 'people', query: people }],
    ['a hash as Apollo sends it', { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(people) } } }],
  ])('runs by %s, also for a key that may send no texts', async (_name, body) => {
    expect(await send({ body })).toMatchObject({ status: 200, data: { profiles: count } });
    expect(await send({ body, headers: acme.headers })).toMatchObject({ status: 200, data: { profiles: count } });
  });

  it('of an organization runs only there', async () => {
    const body = { documentId: 'own' };
    expect(await send({ body })).toMatchObject({ data: { clients: count } });
    const elsewhere = await send({ body, headers: other.headers });
    expect(elsewhere).toMatchObject({ status: 404, code: 'PERSISTED_DOCUMENT_NOT_FOUND' });
  });

  it('may be a mutation, but not by GET', async () => {
    const body = { documentId: 'rename', variables: { name: 'Initech' } };
    expect(await send({ body })).toMatchObject({ data: { createClient: { client: { name: 'Initech' } } } });
    const refused = { status: 405, code: 'METHOD_NOT_ALLOWED' };
    for (const server of [yoga, fast]) {
      expect(await exchange(server, { body, method: 'GET' })).toMatchObject(refused);
    }
  });

  it('takes the fast path, once the server is warm from the first request on', async () => {
    const fresh = buildGraphServer(here.app);
    await fresh.warm();
    const server = await listen(fresh.router);
    await exchange(server, { body: { documentId: 'people' } });
    await exchange(server, { body: { documentId: 'people' }, method: 'GET' });
    await server.close();
    expect(fresh.fastPath!.served).toBe(2);
    expect(await warm()).toBeUndefined();
    expect(fastPath!.served).toBeGreaterThan(0);
  });

  it('is shown to no other tenant, whoever asked for it first', async () => {
    const body = { documentId: 'rename', variables: { name: 'Only Acme' } };
    await exchange(fast, { body });
    const ask = 'query ($name: String!) { clients(where: { name: { eq: $name } }) { totalCount } }';
    await register('3', { ask });
    const named = { documentId: 'ask', variables: { name: 'Only Acme' } };
    expect(await exchange(fast, { body: named })).toMatchObject({ data: { clients: { totalCount: 1 } } });
    for (const server of [fast, yoga]) {
      const seen = await exchange(server, { body: named, headers: other.headers });
      expect(seen).toMatchObject({ data: { clients: { totalCount: 0 } } });
    }
  });
});

const unknown = sha256('nothing');
const hashOf = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
const refusals: [string, Record<string, unknown>, string, number][] = [
  ['a text', { query: people }, 'PERSISTED_DOCUMENTS_ONLY', 403],
  ['a text that is no document', { query: '{{{' }, 'PERSISTED_DOCUMENTS_ONLY', 403],
  ['a text with its hash', { query: people, ...hashOf(sha256(people)) }, 'PERSISTED_DOCUMENTS_ONLY', 403],
  ['an unknown id', { documentId: 'nothing' }, 'PERSISTED_DOCUMENT_NOT_FOUND', 404],
  ['an unknown digest', { documentId: `sha256:${unknown}` }, 'PERSISTED_DOCUMENT_NOT_FOUND', 404],
  ['an unknown hash', hashOf(unknown), 'PERSISTED_DOCUMENT_NOT_FOUND', 404],
  ['a malformed id', { documentId: 'sha256:ecf4' }, 'BAD_INPUT', 400],
  ['a tampered text', { documentId: 'people', query: `${people} ` }, 'PERSISTED_DOCUMENT_MISMATCH', 400],
  ['another operation name', { documentId: 'people', operationName: 'Nobody' }, 'PERSISTED_OPERATION_NOT_FOUND', 400],
  ['a retired version', { documentId: 'old' }, 'PERSISTED_DOCUMENT_RETIRED', 410],
];

describe('a key that may send no texts is refused, without any SQL', () => {
  it.each(refusals)('%s', async (_name, body, code, status) => {
    await exchange(yoga, { body: { documentId: 'people' } });
    // Else the timer may write that use meanwhile
    await here.app.documentUse.flush();
    const before = here.recorded.length;
    expect(await send({ body })).toMatchObject({ status, code });
    expect(here.recorded.slice(before)).toEqual([]);
  });
});

describe('an installation that accepts registered documents only', async () => {
  const config = { ...here.app.config, documents: { persistedOnly: true, automatic: false, aliases: ['doc_id'] } };
  const strict = await listen(buildGraphServer({ ...partsOf(), options: { ...here.app.options, config } }).router);
  afterAll(() => strict.close());
  const query = people;

  it('refuses texts, also without credentials, but not those of members who may explore the graph', async () => {
    const member = await acme.company.as('MEMBER');
    const refused = { status: 403, code: 'PERSISTED_DOCUMENTS_ONLY' };
    expect(await exchange(strict, { body: { query }, headers: member.headers })).toMatchObject(refused);
    expect(await exchange(strict, { body: { query }, headers: {} })).toMatchObject(refused);
    expect(await exchange(strict, { body: { query }, headers: acme.headers })).toMatchObject({ status: 200 });
    expect(await exchange(strict, { body: { query } })).toMatchObject(refused);
    const body = { documentId: 'people' };
    expect(await exchange(strict, { body, headers: member.headers })).toMatchObject({ status: 200 });
  });

  it('takes the other names of the parameter that its settings list', async () => {
    expect(await exchange(strict, { body: { doc_id: 'people' } })).toMatchObject({ status: 200 });
    expect(await exchange(strict, { method: 'GET', body: { doc_id: 'people' } })).toMatchObject({ status: 200 });
    expect(await exchange(yoga, { body: { doc_id: 'people' } })).toMatchObject({ status: 400, code: 'BAD_INPUT' });
  });
});

describe('Automatic Persisted Queries', async () => {
  const config = { ...here.app.config, documents: { persistedOnly: false, automatic: true, aliases: [] } };
  const parts = { ...partsOf(), options: { ...here.app.options, config } };
  const servers = [await listen(buildGraphServer(parts).router)];
  servers.push(await listen(buildGraphServer(parts, { fastPath: false }).router));
  afterAll(() => Promise.all(servers.map((server) => server.close())));
  const query = 'query Sent { milestones(first: 1) { totalCount } }';
  const hash = hashOf(sha256(query));

  it.each([0, 1])('are learned from the text, by organization (server %s)', async (which) => {
    const server = servers[which]!;
    const ask = (body: Record<string, unknown>, headers = acme.headers) => exchange(server, { body, headers });
    const missing = { status: 200, code: 'PERSISTED_QUERY_NOT_FOUND', message: 'PersistedQueryNotFound' };
    expect(await ask(hash)).toMatchObject(missing);
    expect(await ask({ query: `${query} `, ...hash })).toMatchObject({ code: 'PERSISTED_DOCUMENT_MISMATCH' });
    expect(await ask(hash)).toMatchObject(missing);
    expect(await ask({ query, ...hash })).toMatchObject({ status: 200, data: { milestones: count } });
    expect(await ask(hash)).toMatchObject({ status: 200, data: { milestones: count } });
    expect(await ask(hash, other.headers)).toMatchObject(missing);
    expect(await ask(hash, key)).toMatchObject({ code: 'PERSISTED_DOCUMENT_NOT_FOUND' });
  });
});

/** What of the app a server needs: a class instance cannot be spread. */
function partsOf() {
  const {
    authenticator,
    sessionCookies,
    directory,
    binding,
    signals,
    liveMarks,
    signingKeys,
    trustedDocuments,
    documentUse,
  } = here.app;
  const ready = () => here.app.ready();
  return {
    authenticator,
    identity,
    sessionCookies,
    directory,
    binding,
    signingKeys,
    trustedDocuments,
    documentUse,
    signals,
    liveMarks,
    ready,
  };
}

describe('registering', () => {
  it('is all or nothing, and says why', async () => {
    const result = await register('bad', { fine: people, wrong: '{ nothing }', people: clients, 'sha256:00': people });
    expect(result).toMatchObject({ state: null, added: [] });
    const twins = [clients, people].map((text) => ({ id: 'twin', text }));
    const twice = await registerDocuments(registry, null, { client: 'web', version: 'bad', documents: twins }, by);
    expect(twice).toMatchObject({ added: [], refused: [{ id: 'twin', code: 'PERSISTED_DOCUMENT_MISMATCH' }] });
    expect(result.refused.map(({ id, code }) => [id, code])).toEqual([
      ['wrong', 'GRAPHQL_VALIDATION_FAILED'],
      ['sha256:00', 'BAD_INPUT'],
      ['people', 'PERSISTED_DOCUMENT_MISMATCH'],
    ]);
    expect(await send({ body: { documentId: 'fine' } })).toMatchObject({ code: 'PERSISTED_DOCUMENT_NOT_FOUND' });
  });

  it('again knows the documents; a retired version becomes active', async () => {
    expect(await register('2', { people })).toMatchObject({ state: 'ACTIVE', added: [], known: ['people'] });
    expect(await register('1', { old })).toMatchObject({ state: 'ACTIVE', known: ['old'] });
    expect(await send({ body: { documentId: 'old' }, headers: acme.headers })).toMatchObject({ status: 200 });
    await retireClientVersion(registry, null, { client: 'web', version: '1' }, by);
  });

  it('a pending version serves nobody yet', async () => {
    const input = { client: 'web', version: '4', pending: true, documents: [{ id: 'later', text: people }] };
    expect(await registerDocuments(registry, null, input, by)).toMatchObject({ state: 'PENDING' });
    const body = { documentId: 'later' };
    expect(await send({ body })).toMatchObject({ code: 'PERSISTED_DOCUMENT_NOT_FOUND' });
    await registerDocuments(registry, null, { ...input, pending: false }, by);
    expect(await send({ body })).toMatchObject({ status: 200 });
  });
});

describe('the use of documents', () => {
  it('is counted for the version that the client names, in one statement for many requests', async () => {
    await here.app.documentUse.flush();
    const used = 'query Used { profiles(first: 1) { totalCount } }';
    for (const version of ['5', '6']) await register(version, { used });
    const headers = { ...key, 'apollographql-client-name': 'web', 'apollographql-client-version': '6' };
    for (let n = 0; n < 3; n++) await exchange(n % 2 ? yoga : fast, { body: { documentId: 'used' }, headers });
    const before = here.recorded.length;
    await here.app.documentUse.flush();
    const updates = here.recorded.slice(before).filter((text) => text.includes('client_version_documents'));
    expect(updates).toHaveLength(1);
    const versions = await listClientVersions(catalog, null);
    const uses = versions.filter(({ version }) => ['5', '6'].includes(version)).map(({ uses }) => uses);
    expect(uses).toEqual([3, 0]);
    expect(versions.find(({ version }) => version === '6')!.lastUsedAt).toBeInstanceOf(Date);
  });

  it('is counted also when the document is refused, once on either transport', async () => {
    const outcomes: string[] = [];
    for (const fastPath of [true, false]) {
      const onOperation = ({ outcome }: { outcome: string }) => void outcomes.push(outcome);
      const server = await listen(buildGraphServer(here.app, { fastPath, onOperation }).router);
      for (const body of [{ documentId: 'unknown' }, { documentId: 'people' }])
        await exchange(server, { body, headers: acme.headers });
      await server.close();
    }
    const once = ['PERSISTED_DOCUMENT_NOT_FOUND', 'OK'];
    expect(outcomes).toEqual([...once, ...once]);
  });
});
