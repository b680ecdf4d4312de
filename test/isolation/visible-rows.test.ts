import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureDemo } from '../../src/demo/ensure-demo.ts';
import { demoEmail, demoOrganizations, demoPassword } from '../../src/demo/people.ts';
import type { Role } from '../../src/identity/roles.ts';
import { signIn } from '../../src/identity/sign-in.ts';
import { schema } from '../../src/schema.ts';
import { ownWorld } from '../support/own-world.ts';

const here = await ownWorld({ env: { MAX_COMPLEXITY: '10000000', MAX_DEPTH: '100' } });
afterAll(() => here[Symbol.asyncDispose]());
await ensureDemo(here.app);

async function headersOf(role: Role): Promise<Record<string, string>> {
  const email = demoEmail(demoOrganizations[0]!, role);
  const { accessToken } = await signIn(here.app.identity, { email, password: demoPassword }, {});
  return { authorization: `Bearer ${accessToken}` };
}

type Field = GraphQLField<unknown, unknown>;
const fieldsOf = (type: GraphQLObjectType): Field[] => Object.values(type.getFields());
const isConnection = (field: Field): boolean => getNamedType(field.type).name.endsWith('Connection');
const needsArguments = (field: Field): boolean => field.args.some((arg) => isNonNullType(arg.type));
const nodeOf = (connection: Field): GraphQLObjectType => {
  const type = getNamedType(connection.type) as GraphQLObjectType;
  return getNamedType(type.getFields().nodes!.type) as GraphQLObjectType;
};
const isNode = (type: unknown): type is GraphQLObjectType =>
  isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');

const lists = fieldsOf(schema.getQueryType()!).filter((field) => isConnection(field) && !needsArguments(field));

/** Everything that an object shows of itself and of others: values, single objects, connections with their counts. */
function selectionOf(type: GraphQLObjectType): string[] {
  return fieldsOf(type).flatMap((field) => {
    if (needsArguments(field)) return [];
    if (isConnection(field)) return [`${field.name}(first: 100) { totalCount nodes { __typename id } }`];
    const named = getNamedType(field.type);
    if (isNode(named)) return [`${field.name} { __typename id }`];
    return isLeafType(named) && !isListType(field.type) ? [field.name] : [];
  });
}

interface Seen {
  __typename: string;
  id: string;
}
type Connection = { totalCount: number; nodes: Seen[] };
type Found = { path: string; value: Connection | Seen };

const isPage = (value: object): value is Connection => 'nodes' in value;

function* findIn(value: unknown, path: string): Generator<Found> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) for (const item of value) yield* findIn(item, path);
  else {
    if (isPage(value) || 'id' in value) yield { path, value: value as Connection | Seen };
    for (const [key, part] of Object.entries(value)) yield* findIn(part, `${path}.${key}`);
  }
}

const roles = ['CLIENT', 'MEMBER', 'CONSULTANT', 'MANAGER'] as const;

describe.each(roles)('the rows that a %s sees', async (role) => {
  const headers = await headersOf(role);

  /** The ids of each type in its own list: what the viewer may see at all. */
  const visible = new Map<string, Set<string>>();
  for (const list of lists) {
    const { data, errors } = await here.graphql(
      `{ ${list.name}(first: 100) { totalCount nodes { id } } }`,
      {},
      headers,
    );
    if (errors.length) continue;
    expect(data[list.name].totalCount).toBe(data[list.name].nodes.length);
    visible.set(nodeOf(list).name, new Set(data[list.name].nodes.map(({ id }: Seen) => id)));
  }

  it('are enough to compare', () => expect(visible.size).toBeGreaterThan(5));

  it.each(lists.map((list) => [list.name, list] as const))(
    'through %s are no more than in the lists',
    async (name, list) => {
      for (const part of selectionOf(nodeOf(list))) {
        const { data, errors } = await here.graphql(
          `{ ${name}(first: 100) { nodes { __typename id ${part === 'id' ? '' : part} } } }`,
          {},
          headers,
        );
        for (const error of errors) expect([part, error.extensions.code]).toEqual([part, 'FORBIDDEN']);
        for (const { path, value } of findIn(data, part)) {
          if (isPage(value)) {
            if (value.totalCount !== undefined) expect([path, value.totalCount]).toEqual([path, value.nodes.length]);
          } else if (visible.has(value.__typename))
            expect([path, [...visible.get(value.__typename)!]]).toEqual([path, expect.arrayContaining([value.id])]);
        }
      }
    },
  );
});
