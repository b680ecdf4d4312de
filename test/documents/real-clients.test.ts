import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, cacheExchange, fetchExchange, type TypedDocumentNode } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { type DocumentNode, Kind, type OperationDefinitionNode, parse, print, visit } from 'graphql';
import relay from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printGraph } from '../../src/graphql/declare/print-graph.ts';
import { createApiKeyFor } from '../../src/identity/operator-api-keys.ts';
import { schema } from '../../src/schema.ts';
import { HttpServer } from '../../src/server/http.ts';
import { commandLine } from '../support/command-line.ts';
import { world } from '../support/world.ts';

const here = await world({ env: { DOCUMENT_ID_ALIASES: 'doc_id', AUTOMATIC_PERSISTED_QUERIES: 'true' } });
const chantier = commandLine(here.app);
const server = await HttpServer.listen({ router: here.router, host: '127.0.0.1', port: 0, graceMs: 500 });
const folder = await mkdtemp(path.join(tmpdir(), 'manifests-'));
afterAll(() => Promise.all([server.close(), rm(folder, { recursive: true })]));
const url = `http://127.0.0.1:${server.port}/graphql`;

const generators = ['client-preset', 'relay', 'apollo', 'gql-tada'] as const;
const manifestOf = (name: string) => path.join(import.meta.dirname, 'manifests', `${name}.json`);
const contentOf = (name: string) => JSON.parse(readFileSync(manifestOf(name), 'utf8'));

/** A key that may send no texts. */
let headers: { authorization: string };
/** Of the key's owner, who may. */
let ownHeaders: { authorization: string };
let slug: string;
const sent: { method: string; hasText: boolean }[] = [];
const recording: typeof fetch = (to, init) => {
  const text = `${String(to)} ${String(init?.body ?? '')}`;
  sent.push({ method: init?.method ?? 'GET', hasText: /[?&"]query["=]/.test(text) });
  return fetch(to, init);
};

beforeAll(async () => {
  const company = await here.company();
  slug = company.tenant.slug;
  const owner = await company.as('OWNER');
  ownHeaders = { authorization: owner.headers.authorization! };
  const { user } = owner;
  const scopes = ['client:read', 'client:write'] as const;
  const input = { organizationId: company.tenant.id, userId: user.id, name: 'client', scopes: [...scopes] };
  const by = { actor: { kind: 'SYSTEM' } } as const;
  const { key } = await createApiKeyFor(here.app.identity, { ...input, persistedOnly: true }, by);
  headers = { authorization: `Bearer ${key}` };
  for (const name of generators) {
    const named = ['--client', name, '--client-version', '1', '--tenant', slug];
    const { code, stderr } = await chantier(['documents', 'push', manifestOf(name), ...named]);
    expect([code, stderr]).toEqual([0, '']);
  }
});

interface Listed {
  clients: { totalCount: number };
}
interface Added {
  createClient: { client: { name: string } };
}

describe.each([
  ['POST', false],
  ['GET', true],
] as const)('with a manifest, registered documents run by %s', (method, byGet) => {
  /** A query by the method, and a mutation, which is always a POST. */
  const sentById = [
    { method, hasText: false },
    { method: 'POST', hasText: false },
  ];

  it('of Apollo’s generator in Apollo Client', async () => {
    sent.length = 0;
    const operations: { id: string; name: string }[] = contentOf('apollo').operations;
    const nameOf = ({ definitions }: DocumentNode) =>
      (definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode).name!.value;
    const generateHash = (document: DocumentNode) => operations.find(({ name }) => name === nameOf(document))!.id;
    const http = new HttpLink({ uri: url, headers, fetch: recording });
    const ids = new PersistedQueryLink({ generateHash, useGETForHashedQueries: byGet });
    const client = new ApolloClient({ link: ids.concat(http), cache: new InMemoryCache() });
    const query = gql`query ClientList($first: Int!) { clients(first: $first) { totalCount } }`;
    const { data } = await client.query<Listed>({ query, variables: { first: 2 } });
    expect(data!.clients.totalCount).toBeTypeOf('number');
    const mutation = gql`mutation AddClient($name: String!) { createClient(input: { name: $name }) { client { name } } }`;
    const variables = { name: `Apollo ${method}` };
    const added = await client.mutate({ mutation, variables });
    expect(added.data).toMatchObject({ createClient: { client: variables } });
    expect(sent).toEqual(sentById);
  });

  it.each([
    ['the client preset', 'client-preset', (document: object) => (document as Preset).__meta__.hash],
    ['gql.tada', 'gql-tada', (document: object) => (document as Tada).documentId],
  ])('of %s in urql', async (_, name, idOf) => {
    sent.length = 0;
    const persisted = persistedExchange({
      enforcePersistedQueries: true,
      enableForMutation: true,
      preferGetForPersistedQueries: byGet,
      generateHash: async (_text, document) => idOf(document),
    });
    const exchanges = [cacheExchange, persisted, fetchExchange];
    const client = new Client({ url, fetch: recording, fetchOptions: { headers }, preferGetMethod: false, exchanges });
    const { list, add } = contentOf(`${name}.documents`) as Record<'list' | 'add', TypedDocumentNode>;
    const listed = await client.query(list, { first: 2 }).toPromise();
    expect([listed.error, listed.data]).toMatchObject([undefined, { clients: { totalCount: expect.any(Number) } }]);
    const added = await client.mutation(add, { name: `${name} ${method}` }).toPromise();
    expect(added.data).toMatchObject({ createClient: { client: { name: `${name} ${method}` } } });
    expect(sent).toEqual(sentById);
  });

  it.each(['documentId', 'doc_id'])('of Relay’s compiler in Relay, as %s', async (parameter) => {
    sent.length = 0;
    const { list, add } = contentOf('relay.documents');
    const network = relay.Network.create(async ({ id, operationKind }, variables) => {
      const body = { [parameter]: id!, variables: JSON.stringify(variables) };
      const content = { headers: { ...headers, 'content-type': 'application/json' } };
      const response =
        byGet && operationKind === 'query'
          ? await recording(`${url}?${new URLSearchParams(body)}`, content)
          : await recording(url, { ...content, method: 'POST', body: JSON.stringify({ ...body, variables }) });
      return await response.json();
    });
    const environment = new relay.Environment({ network, store: new relay.Store(new relay.RecordSource()) });
    const listed = await relay.fetchQuery(environment, list, { first: 2 }).toPromise();
    expect((listed as Listed).clients.totalCount).toBeTypeOf('number');
    const variables = { name: `Relay ${method} ${parameter}` };
    const added = await new Promise((resolve, reject) => {
      relay.commitMutation(environment, { mutation: add, variables, onCompleted: resolve, onError: reject });
    });
    expect((added as Added).createClient.client.name).toBe(variables.name);
    expect(sent).toEqual(sentById);
  });
});

it.each(['POST', 'GET'])('Apollo Client sends a text once where hashes are learned, by %s', async (method) => {
  sent.length = 0;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const learned = new PersistedQueryLink({ sha256, useGETForHashedQueries: method === 'GET' });
  const http = new HttpLink({ uri: url, headers: ownHeaders, fetch: recording });
  const client = new ApolloClient({ link: learned.concat(http), cache: new InMemoryCache() });
  const query = gql(`query By${method} { clients(first: 1) { totalCount } }`);
  for (let n = 0; n < 2; n++) {
    const { data } = await client.query<Listed>({ query, fetchPolicy: 'network-only' });
    expect(data!.clients.totalCount).toBeTypeOf('number');
  }
  expect(sent).toEqual([
    { method, hasText: false },
    { method: 'POST', hasText: true },
    { method, hasText: false },
  ]);
});

interface Preset {
  __meta__: { hash: string };
}
interface Tada {
  documentId: string;
}

it('the two client versions that a graph without a field would break are named', async () => {
  const without = visit(parse(printGraph(schema)), {
    [Kind.OBJECT_TYPE_DEFINITION]: (node) =>
      node.name.value === 'Task'
        ? { ...node, fields: node.fields?.filter(({ name }) => name.value !== 'dueDate') }
        : undefined,
  });
  const file = path.join(folder, 'next.graphql');
  writeFileSync(file, print(without));
  const check = await chantier(['documents', 'check', '--schema', file, '--tenant', slug, '--json']);
  expect([check.code, check.stderr]).toEqual([8, expect.stringContaining('2 client versions: gql-tada 1, relay 1')]);
  expect(JSON.parse(check.stdout).documents).toMatchObject([
    { client: 'gql-tada', operations: ['Board'], missing: ['Task.dueDate'] },
    { client: 'relay', operations: ['listBoardQuery'], missing: ['Task.dueDate'] },
  ]);
});
