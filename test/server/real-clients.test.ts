import { createHash } from 'node:crypto';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpServer } from '../../src/server/http.ts';
import { createProject } from '../projects/support.ts';
import { type Member, world } from '../support/world.ts';

const here = await world();
const manager: Member = await (await here.company()).as('MANAGER');
const server = await HttpServer.listen({ router: here.router, host: '127.0.0.1', port: 0, graceMs: 500 });
afterAll(() => server.close());
const url = `http://127.0.0.1:${server.port}/graphql`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

beforeAll(async () => {
  for (const name of ['Panthère', 'Castor', 'Belette']) await createProject(manager, { name });
});

const Projects = gql`
  query Projects($after: String) {
    projects(first: 2, after: $after, orderBy: [{ field: NAME }]) {
      nodes { id name version }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const Rename = gql`
  mutation Rename($input: UpdateProjectInput!) { updateProject(input: $input) { project { id name version } } }
`;

interface Page {
  projects: { nodes: { id: string; name: string; version: number }[]; pageInfo: { endCursor: string } };
}

describe('Apollo Client', () => {
  const apollo = (persisted: boolean, sent: RequestInit[] = []) => {
    const http = new HttpLink({
      uri: url,
      headers: manager.headers,
      fetch: (to, init) => {
        sent.push(init!);
        return fetch(to, init);
      },
    });
    const link = persisted ? new PersistedQueryLink({ sha256 }).concat(http) : http;
    return new ApolloClient({ link, cache: new InMemoryCache() });
  };

  it('queries, pages, mutates, and finds the change in its cache', async () => {
    const client = apollo(false);
    const first = (await client.query<Page>({ query: Projects })).data!.projects;
    expect(first.nodes.map(({ name }) => name)).toEqual(['Belette', 'Castor']);
    const variables = { after: first.pageInfo.endCursor };
    const [last] = (await client.query<Page>({ query: Projects, variables })).data!.projects.nodes;
    expect(last!.name).toBe('Panthère');
    await client.mutate({ mutation: Rename, variables: { input: { id: last!.id, name: 'Panthère noire' } } });
    const again = await client.query<Page>({ query: Projects, variables, fetchPolicy: 'cache-only' });
    expect(again.data!.projects.nodes[0]).toMatchObject({ name: 'Panthère noire', version: last!.version + 1 });
  });

  it('sends the document when it learns that hashes are not supported, and no hash again', async () => {
    const sent: RequestInit[] = [];
    const client = apollo(true, sent);
    for (let n = 0; n < 2; n++) {
      const { data } = await client.query<Page>({ query: Projects, fetchPolicy: 'network-only' });
      expect(data!.projects.nodes).toHaveLength(2);
    }
    const bodies = sent.map(({ body }) => JSON.parse(String(body)) as { query?: string });
    expect(bodies.map(({ query }) => query !== undefined)).toEqual([false, true, true]);
  });

  it('gets an error with its code and field', async () => {
    const result = apollo(false).mutate({ mutation: Rename, variables: { input: { id: 'Project:nope', name: 'x' } } });
    await expect(result).rejects.toMatchObject({
      errors: [{ extensions: { code: 'BAD_INPUT', field: 'input.id' } }],
    });
  });
});

describe('urql', () => {
  const urql = (persisted: boolean, sent: string[] = []) =>
    new Client({
      url,
      preferGetMethod: false,
      fetchOptions: { headers: manager.headers },
      fetch: (to, init) => {
        sent.push(String(init?.body ?? to));
        return fetch(to, init);
      },
      exchanges: persisted
        ? [persistedExchange({ preferGetForPersistedQueries: false }), fetchExchange]
        : [cacheExchange, fetchExchange],
    });

  it.each([false, true])('queries, by GET: %s', async (byGet) => {
    const client = urql(false);
    const { data, error } = await client.query<Page>(Projects, {}, { preferGetMethod: byGet && 'force' }).toPromise();
    expect(error).toBeUndefined();
    expect(data!.projects.nodes).toHaveLength(2);
  });

  it('mutates', async () => {
    const client = urql(false);
    const { data } = await client.query<Page>(Projects, {}).toPromise();
    const [{ id, version }] = data!.projects.nodes as [Page['projects']['nodes'][number]];
    const { data: changed } = await client.mutation(Rename, { input: { id, name: 'Belette 2' } }).toPromise();
    expect(changed.updateProject.project).toMatchObject({ name: 'Belette 2', version: version + 1 });
  });

  it('sends the document when it learns that hashes are not supported', async () => {
    const sent: string[] = [];
    const { data, error } = await urql(true, sent).query<Page>(Projects, {}).toPromise();
    expect(error).toBeUndefined();
    expect(data!.projects.nodes).toHaveLength(2);
    expect(sent).toHaveLength(2);
  });
});

describe('a request that a client was set up to send wrongly', () => {
  const countClients = async () => (await manager.ok('{ clients(first: 1) { totalCount } }')).clients.totalCount;
  const Add = gql`mutation Add($name: String!) { createClient(input: { name: $name }) { client { id } } }`;

  /** What the server answered to a mutation, and whether it made a client. */
  const mutate = async (
    name: 'Apollo Client' | 'urql',
    headers: Record<string, string>,
    value: unknown = 'Refused',
  ) => {
    const before = await countClients();
    const answers: { status: number; code: string; field?: string }[] = [];
    const recording: typeof fetch = async (to, init) => {
      const response = await fetch(to, { ...init, headers: { ...(init?.headers as object), ...headers } });
      const { errors } = (await response.clone().json()) as {
        errors: { extensions: { code: string; field?: string } }[];
      };
      answers.push({ status: response.status, ...errors[0]!.extensions });
      return response;
    };
    const variables = { name: value };
    if (name === 'urql') {
      const client = new Client({
        url,
        fetch: recording,
        preferGetMethod: false,
        exchanges: [fetchExchange],
        fetchOptions: { headers: manager.headers },
      });
      expect((await client.mutation(Add, variables).toPromise()).error).toBeDefined();
    } else {
      const link = new HttpLink({ uri: url, headers: manager.headers, fetch: recording });
      const client = new ApolloClient({ link, cache: new InMemoryCache() });
      await expect(client.mutate({ mutation: Add, variables })).rejects.toThrow();
    }
    expect(await countClients()).toBe(before);
    return answers;
  };

  it.each([
    ['Apollo Client', { accept: 'application/xml' }, 406, 'NOT_ACCEPTABLE'],
    ['Apollo Client', { 'content-encoding': 'gzip' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['Apollo Client', { 'content-type': 'application/json; charset=iso-8859-1' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['urql', { accept: 'application/xml' }, 406, 'NOT_ACCEPTABLE'],
    ['urql', { 'content-encoding': 'gzip' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['urql', { 'content-type': 'application/json; charset=iso-8859-1' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ] as const)('%s with %j is refused before anything runs: %i %s', async (client, headers, status, code) => {
    expect(await mutate(client, headers)).toMatchObject([{ status, code }]);
  });

  it.each(['Apollo Client', 'urql'] as const)('%s with a wrong variable has status 400', async (client) => {
    expect(await mutate(client, {}, 7)).toMatchObject([{ status: 400, code: 'BAD_INPUT', field: 'input.name' }]);
  });
});
