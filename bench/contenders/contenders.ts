import path from 'node:path';
import { encodeGlobalId } from '../../src/graphql/declare/global-id.ts';
import type { Checkout } from '../before/checkout.ts';
import type { Dataset } from '../data/dataset.ts';
import { environment } from '../data/environment.ts';
import type { Operation, Variables } from '../operations/operation.ts';
import { type Contender, jsonRequest } from './contender.ts';

const here = import.meta.dirname;
const asIs = (_operation: Operation, data: unknown): unknown => data;

export const server: Contender = {
  name: 'S',
  title: 'this server',
  program: [path.resolve(here, '../../src/main.ts'), 'serve'],
  environment,
  readyPath: '/health/ready',
  request: ({ server }, tenant, variables) =>
    jsonRequest('/graphql', tenant, { query: server.document, variables: withGlobalIds(server.ids, variables) }),
  answer: asIs,
};

/** An earlier build, over a copy of the data: see `before/datasets.ts`. */
export const before = ({ commit, folder }: Pick<Checkout, 'commit' | 'folder'>, dataset: Dataset): Contender => ({
  ...server,
  name: 'B',
  title: `commit ${commit}`,
  dataset,
  program: [path.join(folder, 'src/main.ts'), 'serve'],
});

export const limit: Contender = {
  name: 'L',
  title: 'hand-written SQL',
  program: [path.join(here, 'limit-server.ts')],
  environment,
  readyPath: '/',
  request: ({ name }, tenant, variables) => jsonRequest(`/${name}`, tenant, variables),
  answer: asIs,
};

/** What the peer has to know of the database beside what all are told. */
export interface PeerAccess {
  /** Its own login. */
  url: string;
  /** The tenant whose schema it learns the tables from. */
  schema: string;
  role: string;
}

export const peer = (access: PeerAccess): Contender => ({
  name: 'P',
  title: 'PostGraphile 5',
  program: [path.join(here, 'postgraphile-server.js')],
  environment: (databaseUrl, port) => ({
    ...environment(databaseUrl, port),
    GRAPHILE_ENV: 'production',
    PEER_URL: access.url,
    PEER_SCHEMA: access.schema,
    PEER_ROLE: access.role,
  }),
  readyPath: '/',
  request: ({ peer }, tenant, variables) =>
    jsonRequest('/graphql', tenant, { query: peer.document, variables: peer.variables?.(variables) ?? variables }),
  answer: ({ peer }, data) => peer.answer?.(data) ?? data,
});

export function withGlobalIds(ids: Record<string, string>, variables: Variables): Variables {
  const entries = Object.entries(variables).map(([name, value]) => [
    name,
    ids[name] ? encodeGlobalId(ids[name], value) : value,
  ]);
  return Object.fromEntries(entries);
}
