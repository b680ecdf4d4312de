import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { subscriptionExchange, Client as UrqlClient } from '@urql/core';
import { type FormattedExecutionResult, print } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import relay from 'relay-runtime';
import { Observable } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { resuming } from '../../examples/live-board/resuming.js';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import { createClient } from '../projects/support.ts';
import { freePort } from '../support/free-port.ts';
import { type Member, world } from '../support/world.ts';

const here = await world();
const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

const query = `subscription Clients($after: String) { changes(after: $after, types: ["Client"]) {
  changed { node { __typename id } } removed { id } cursor } }`;

interface Frame {
  changed: { node: { id: string } }[];
  removed: { id: string }[];
  cursor: string;
}
type Data = { changes: Frame };
type Told = (frame: Frame) => void;

/** Clients come back soon, so that the test is quick. */
const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 50));
const always = { retryAttempts: 1_000, shouldRetry: () => true };

function overWebSocket(port: number, { headers }: Member) {
  const url = `ws://127.0.0.1:${port}/graphql`;
  const client = createWsClient({ ...always, url, connectionParams: headers, retryWait: soon });
  cleanups.push(() => client.dispose());
  return resuming(client);
}

function overSse(port: number, { headers }: Member) {
  const client = createSseClient({ ...always, url: `http://127.0.0.1:${port}/graphql`, headers, retry: soon });
  cleanups.push(() => client.dispose());
  return resuming(client);
}

type Resuming = ReturnType<typeof resuming>;
type Follow = (client: Resuming, told: Told) => void;

const frameOf = (data: unknown): Frame => (data as Data).changes;

const byItself: Follow = (client, told) => {
  const next = ({ data }: FormattedExecutionResult) => data && told(frameOf(data));
  cleanups.push(client.subscribe({ query }, { next, error() {}, complete() {} }));
};

const byUrql: Follow = (client, told) => {
  const exchange = subscriptionExchange({
    forwardSubscription: ({ query: text = '', variables }) => ({
      subscribe: (sink) => ({
        unsubscribe: client.subscribe({ query: text, variables: variables as Record<string, unknown> }, sink as never),
      }),
    }),
  });
  const urql = new UrqlClient({ url: 'http://unused', preferGetMethod: false, exchanges: [exchange] });
  const { unsubscribe } = urql.subscription(query, {}).subscribe(({ data }) => data && told(frameOf(data)));
  cleanups.push(unsubscribe);
};

const byApollo =
  (linkFor: (client: Resuming) => ApolloLink): Follow =>
  (client, told) => {
    const apollo = new ApolloClient({ link: linkFor(client), cache: new InMemoryCache() });
    const following = apollo.subscribe({ query: gql(query), fetchPolicy: 'no-cache' });
    const subscription = following.subscribe(({ data }) => data && told(frameOf(data)));
    cleanups.push(() => subscription.unsubscribe());
  };

const socketLink = (client: Resuming): ApolloLink => new GraphQLWsLink(client as never);
const eventLink = (client: Resuming): ApolloLink =>
  new ApolloLink(
    (operation) =>
      new Observable((observer) =>
        client.subscribe({ query: print(operation.query), variables: operation.variables }, observer as never),
      ),
  );

const byRelay: Follow = (client, told) => {
  const network = relay.Network.create(
    () => Promise.reject(new Error('nothing is queried')),
    ({ text }, variables) =>
      relay.Observable.create((sink) => client.subscribe({ query: text!, variables }, sink as never)),
  );
  const operation = { operationKind: 'subscription', name: 'Clients', text: query, cacheID: 'Clients' } as const;
  const frames = network.execute({ ...operation, id: null, metadata: {} }, {}, {});
  const subscription = frames.subscribe({ next: (payload) => told(frameOf((payload as { data: Data }).data)) });
  cleanups.push(() => subscription.unsubscribe());
};

describe.each([
  ['graphql-ws', overWebSocket, byItself],
  ['graphql-sse', overSse, byItself],
  ['urql over WebSocket', overWebSocket, byUrql],
  ['urql over server-sent events', overSse, byUrql],
  ['Apollo Client over WebSocket', overWebSocket, byApollo(socketLink)],
  ['Apollo Client over server-sent events', overSse, byApollo(eventLink)],
  ['Relay over WebSocket', overWebSocket, byRelay],
  ['Relay over server-sent events', overSse, byRelay],
] as const)('%s', (_name, clientOn, follow) => {
  it('comes back by itself after a restart of the server, and has missed nothing', async () => {
    const owner = await (await here.company()).as('OWNER');
    const port = await freePort();
    const start = async () => {
      const stopping = new AbortController();
      const { router } = buildGraphServer(here.app, {
        ending: stopping.signal,
        subscriptionLimits: { restartSpreadMs: 20 },
      });
      const http = await HttpServer.listen({ router, host: '127.0.0.1', port, graceMs: 2_000 });
      return async () => {
        stopping.abort();
        await http.close();
      };
    };
    const stop = await start();
    const frames: Frame[] = [];
    const ids = () => frames.flatMap(({ changed, removed }) => [...changed.map(({ node }) => node), ...removed]);
    const has = (id: string) => ids().some((each) => each.id === id);
    follow(clientOn(port, owner), (frame) => frames.push(frame));
    await expect.poll(() => frames.length).toBeGreaterThan(0);
    const before = await createClient(owner);
    await expect.poll(() => has(before)).toBe(true);
    await stop();
    const missed = await createClient(owner);
    const again = await start();
    cleanups.push(again);
    await expect.poll(() => has(missed)).toBe(true);
    const after = await createClient(owner);
    await expect.poll(() => has(after)).toBe(true);
    expect(new Set(ids().map(({ id }) => id))).toEqual(new Set([before, missed, after]));
  });
});
