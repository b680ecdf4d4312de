import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import type { Router } from '../../src/server/routes/router.ts';
import { answerOf, open, requestText } from '../support/raw-http.ts';
import { type Member, world } from '../support/world.ts';

const here = await world();
const listen = (router: Router) => HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 500 });
const { router, fastPath } = buildGraphServer(here.app);
const fast = await listen(router);
const yoga = await listen(buildGraphServer(here.app, { fastPath: false }).router);
afterAll(() => Promise.all([fast.close(), yoga.close()]));

let member: Member;
beforeAll(async () => {
  member = await (await here.company()).as('OWNER');
  // The fast path answers documents that it knows
  const known = [people, search, create('Known')];
  for (const { query, variables } of known) await member.ok(query, variables);
  for (const body of known) await exchangeWith(fast, { body: JSON.stringify(body) });
});

const people = { query: '{ profiles(first: 1) { totalCount } }', variables: {} };
const search = {
  query: 'query ($where: ProfileFilter) { profiles(where: $where) { totalCount } }',
  variables: { where: { firstName: { eq: 'x' } } },
};
const createClient = 'mutation ($input: CreateClientInput!) { createClient(input: $input) { client { name } } }';
const create = (name: unknown) => ({ query: createClient, variables: { input: { name } } });
const clients = async () => (await member.ok('{ clients(first: 1) { totalCount } }')).clients.totalCount as number;

interface Sent {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

async function exchangeWith(server: HttpServer, { path = '/graphql', method = 'POST', headers = {}, body = '' }: Sent) {
  const bytes = Buffer.from(body);
  const content = { 'content-type': 'application/json', 'content-length': String(bytes.length) };
  const all = { ...member.headers, ...(method === 'POST' && content), ...headers };
  const socket = await open(server.port, requestText(`${method} ${path}`, all));
  socket.write(bytes);
  const { status, headers: answered, body: text } = await answerOf(socket);
  const { errors, data } = JSON.parse(text);
  const [error] = errors ?? [];
  const { code, field } = error?.extensions ?? {};
  return { status, type: answered.get('content-type'), code, field, message: error?.message, data };
}

/** The answer, which is the same whether the fast path may answer or not. */
async function send(request: Sent) {
  const answer = await exchangeWith(yoga, request);
  expect(await exchangeWith(fast, request)).toEqual(answer);
  return answer;
}

const json = 'application/json; charset=utf-8';
const graphJson = 'application/graphql-response+json; charset=utf-8';
const bad = (field?: string) => ({ status: 400, code: 'BAD_INPUT', ...(field && { field }) });

describe('what a client accepts', () => {
  it.each(['application/xml', 'text/html', 'application/json;q=0', 'application/json; charset=iso-8859-1'])(
    'being "%s", a change is refused before it is made, in JSON',
    async (accept) => {
      const before = await clients();
      const answer = await send({ headers: { accept }, body: JSON.stringify(create('Refused')) });
      expect(answer).toMatchObject({ status: 406, code: 'NOT_ACCEPTABLE', type: json });
      expect(await clients()).toBe(before);
    },
  );

  it.each([
    ['application/graphql-response+json, application/json;q=0.9', graphJson],
    ['application/json;q=0.9, application/graphql-response+json', graphJson],
    ['application/json, */*;q=0.5', json],
    ['text/html, */*;q=0.8', json],
    [
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
      graphJson,
    ],
  ])('being "%s", the answer is %s, from the fast path too', async (accept, type) => {
    const served = fastPath!.served;
    expect(await send({ headers: { accept }, body: JSON.stringify(people) })).toMatchObject({ status: 200, type });
    expect(fastPath!.served).toBe(served + 1);
  });
});

describe('an operation that fails as a whole', () => {
  it('because it is too costly to be answered field by field, has the HTTP status of its code', async () => {
    const profile = 'profile { assignments(first: 100) { nodes { id fromDate toDate } } }';
    const query = `{ whoIsAway(from: "2026-01-01", to: "2026-01-31") { ${profile} } }`;
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const answer = await send({ headers: { accept }, body: JSON.stringify({ query }) });
      expect(answer).toMatchObject({ status: 400, code: 'TOO_COMPLEX', data: undefined });
      expect(answer.message).toContain('Query.whoIsAway is resolved by code');
      const path = `/graphql?query=${encodeURIComponent(query)}`;
      expect(await send({ method: 'GET', path, headers: { accept } })).toMatchObject({ status: 400 });
    }
  });
});

describe('a body', () => {
  it.each([
    [{ 'content-type': 'application/json; charset=iso-8859-1' }],
    [{ 'content-type': 'application/json; charset=utf-16' }],
    [{ 'content-encoding': 'gzip' }],
    [{ 'content-encoding': 'br' }],
  ])('with %j is rejected before anything runs', async (headers) => {
    const before = await clients();
    const answer = await send({ headers, body: JSON.stringify(create('Refused')) });
    expect(answer).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
    expect(await clients()).toBe(before);
  });

  it('with charset=UTF-8 is read', async () => {
    const headers = { 'content-type': 'application/json; charset="UTF-8"' };
    expect(await send({ headers, body: JSON.stringify(people) })).toMatchObject({ status: 200 });
  });

  it('that is not valid UTF-8 is refused, not garbled', async () => {
    const before = await clients();
    const [start, end] = JSON.stringify(create('|')).split('|');
    const body = Buffer.concat([Buffer.from(start!), Buffer.from([0xe9, 0xff]), Buffer.from(end!)]);
    expect(await send({ body })).toMatchObject(bad('body'));
    expect(await clients()).toBe(before);
  });

  it.each([
    ['', 'body'],
    ['{', 'body'],
    ['null', 'body'],
    ['"x"', 'body'],
    ['[{"query":"{__typename}"}]', 'body'],
    ['{}', 'query'],
    ['{"query":""}', 'query'],
    ['{"query":1}', 'query'],
    ['{"query":"{__typename}","variables":"x"}', 'variables'],
    ['{"query":"{__typename}","variables":[]}', 'variables'],
    ['{"query":"{__typename}","operationName":{}}', 'operationName'],
    ['{"query":"{__typename}","extensions":[]}', 'extensions'],
    ['{"query":"{__typename}","more":1}', 'more'],
  ])('of %s is BAD_INPUT and names the parameter', async (body, field) => {
    expect(await send({ body })).toMatchObject(bad(field));
  });
});

describe('text that is not Unicode', () => {
  it.each([
    ['a variable', create('half \ud800'), 'input.name'],
    ['a variable, alone', create('\udc00'), 'input.name'],
    [
      'a filter',
      { ...search, variables: { where: { firstName: { contains: '\ud83d' } } } },
      'where.firstName.contains',
    ],
    ['a NUL in a variable', create('nul \0'), 'input.name'],
  ])('in %s is rejected with its field', async (_place, body, field) => {
    expect(await send({ body: JSON.stringify(body) })).toMatchObject(bad(field));
  });

  it('in a document is refused', async () => {
    const query = '{ searchTasks(query: "\ud800") { edges { node { id } } } }';
    expect(await send({ body: JSON.stringify({ query }) })).toMatchObject({ code: 'GRAPHQL_PARSE_FAILED' });
  });

  it.each([
    [
      'sendMessage',
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { lastEventId } }',
      { channelId: 'Channel:01a00000-0000-7000-8000-000000000000', content: '\ud800' },
      'input.content',
    ],
    [
      'createOrganization',
      'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { membership { role } } }',
      { organization: { name: 'x\udfff', slug: 'lone-half' } },
      'input.organization.name',
    ],
  ])('in %s is rejected with its field', async (_name, query, input, field) => {
    expect(await send({ body: JSON.stringify({ query, variables: { input } }) })).toMatchObject(bad(field));
  });

  it('that is whole is kept', async () => {
    const { data } = await send({ body: JSON.stringify(create('whole 🏗️')) });
    expect(data.createClient.client.name).toBe('whole 🏗️');
  });
});

describe('a GET', () => {
  const get = (query: string, accept = 'application/json') =>
    send({ method: 'GET', path: `/graphql?${query}`, headers: { accept } });

  it.each([
    ['query={__typename}&variables={', bad('variables')],
    ['query={__typename}&variables=1', bad('variables')],
    ['query={__typename}&variables=[]', bad('variables')],
    ['query={__typename}&extensions={', bad('extensions')],
    ['query={__typename}&extensions=true', bad('extensions')],
    ['query={__typename}&operationName=%ff', bad('query')],
    ['query=%', bad('query')],
    ['variables={}', bad('query')],
    ['', bad('query')],
    ['query={__typename}&operationName=Other', bad()],
    ['query=mutation{signOut{__typename}}', { status: 405, code: 'METHOD_NOT_ALLOWED' }],
  ])('of %s is rejected', async (query, refusal) => {
    expect(await get(query)).toMatchObject(refusal);
  });

  it('of a query is answered', async () => {
    expect(await get('query={__typename}&variables={}&extensions={}')).toMatchObject({ status: 200 });
  });
});

describe('variables that do not fit', () => {
  const body = JSON.stringify({ ...search, variables: { where: 1 } });

  it('fail with 400 for a client that accepts GraphQL over HTTP', async () => {
    const accept = 'application/graphql-response+json';
    expect(await send({ headers: { accept }, body })).toMatchObject({ ...bad(), type: graphJson });
  });

  it('are errors in the answer for older clients', async () => {
    expect(await send({ body })).toMatchObject({ status: 200, code: 'BAD_INPUT' });
  });
});

describe('a hash instead of a document', () => {
  const persistedQuery = { version: 1, sha256Hash: 'ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38' };
  const refusal = { code: 'PERSISTED_QUERY_NOT_SUPPORTED', message: 'PersistedQueryNotSupported' };

  it('is rejected so that the client sends the document', async () => {
    expect(await send({ body: JSON.stringify({ extensions: { persistedQuery } }) })).toMatchObject(refusal);
    const extensions = encodeURIComponent(JSON.stringify({ persistedQuery }));
    const path = `/graphql?operationName=Q&variables=%7B%7D&extensions=${extensions}`;
    expect(await send({ method: 'GET', path })).toMatchObject(refusal);
    const documentId = `sha256:${persistedQuery.sha256Hash}`;
    const unknown = { status: 404, code: 'PERSISTED_DOCUMENT_NOT_FOUND' };
    expect(await send({ body: JSON.stringify({ documentId }) })).toMatchObject(unknown);
  });

  it('may accompany the document', async () => {
    expect(await send({ body: JSON.stringify({ ...people, extensions: { persistedQuery } }) })).toMatchObject({
      status: 200,
    });
  });
});
