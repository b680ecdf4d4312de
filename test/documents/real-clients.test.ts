import { createHash } from 'node:crypto';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { type DocumentNode, print } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerDocuments } from '../../src/graphql/documents/register-documents.ts';
import { createApiKeyFor } from '../../src/identity/operator-api-keys.ts';
import { schema } from '../../src/schema.ts';
import { HttpServer } from '../../src/server/http.ts';
import { world } from '../support/world.ts';

const here = await world();
const { catalog, identity } = here.app;
const server = await HttpServer.listen({ router: here.router, host: '127.0.0.1', port: 0, graceMs: 500 });
afterAll(() => server.close());
const url = `http://127.0.0.1:${server.port}/graphql`;

const Count = gql`
  query Count {
    clients(first: 1) { totalCount }
  }
`;
const Add = gql`
  mutation Add($name: String!) {
    createClient(input: { name: $name }) { client { name } }
  }
`;
/** The document as Apollo Client sends it; Apollo's generator writes the same into the manifest. */
const ofApollo = (document: DocumentNode) => new InMemoryCache().transformDocument(document);
const hash = (document: DocumentNode) => createHash('sha256').update(print(document)).digest('hex');

/** A key that may send no texts. */
let headers: { authorization: string };
const sent: { method: string; hasText: boolean }[] = [];
const recording: typeof fetch = (to, init) => {
  const text = `${String(to)} ${String(init?.body ?? '')}`;
  sent.push({ method: init?.method ?? 'GET', hasText: /[?&"]query["=]/.test(text) });
  return fetch(to, init);
};

beforeAll(async () => {
  const company = await here.company();
  const { user } = await company.as('OWNER');
  const by = { actor: { kind: 'SYSTEM' } } as const;
  const { key } = await createApiKeyFor(
    identity,
    {
      organizationId: company.tenant.id,
      userId: user.id,
      name: 'client',
      scopes: ['client:read', 'client:write'],
      persistedOnly: true,
    },
    by,
  );
  headers = { authorization: `Bearer ${key}` };
  const limits = { complexity: 100_000, depth: 15, breadth: 500 };
  const documents = [Count, ofApollo(Count), ofApollo(Add)].map((document) => ({
    id: `sha256:${hash(document)}`,
    text: print(document),
  }));
  const input = { client: 'real', version: '1', documents };
  const result = await registerDocuments(
    { catalog, clock: identity.clock, schema, limits },
    company.tenant.id,
    input,
    by,
  );
  expect(result.refused).toEqual([]);
});

describe.each([
  ['POST', false],
  ['GET', true],
] as const)('registered documents by %s', (method, byGet) => {
  it('run in Apollo Client', async () => {
    sent.length = 0;
    const http = new HttpLink({ uri: url, headers, fetch: recording });
    const hashes = new PersistedQueryLink({ generateHash: hash, useGETForHashedQueries: byGet });
    const client = new ApolloClient({ link: hashes.concat(http), cache: new InMemoryCache() });
    const { data } = await client.query<{ clients: { totalCount: number } }>({ query: Count });
    expect(data!.clients.totalCount).toBeTypeOf('number');
    const variables = { name: `Apollo ${method}` };
    const added = await client.mutate({ mutation: Add, variables });
    expect(added.data).toMatchObject({ createClient: { client: variables } });
    expect(sent).toEqual([
      { method, hasText: false },
      { method: 'POST', hasText: false },
    ]);
  });

  it('run in urql with the documents that gql.tada makes', async () => {
    sent.length = 0;
    const client = new Client({
      url,
      fetch: recording,
      fetchOptions: { headers },
      preferGetMethod: false,
      exchanges: [
        cacheExchange,
        persistedExchange({
          enforcePersistedQueries: true,
          preferGetForPersistedQueries: byGet,
          generateHash: async (_, document) => (document as { documentId?: string }).documentId!,
        }),
        fetchExchange,
      ],
    });
    const document = Object.assign({ ...Count }, { documentId: `sha256:${hash(Count)}` });
    const { data, error } = await client.query(document, {}).toPromise();
    expect(error).toBeUndefined();
    expect((data as { clients: object }).clients).toMatchObject({ totalCount: expect.any(Number) });
    expect(sent).toEqual([{ method, hasText: false }]);
  });
});
