import { type GraphQLInputObjectType, type GraphQLObjectType, getNamedType, isInputObjectType } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureDemo } from '../../src/demo/ensure-demo.ts';
import { demoEmail, demoOrganizations, demoPassword } from '../../src/demo/people.ts';
import { signIn } from '../../src/identity/sign-in.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { idPositions, mutationsOf, sampleInput, withIdAt } from '../../src/prove/sample-input.ts';
import { schema } from '../../src/schema.ts';
import { Backends } from '../support/backends.ts';
import { ownWorld } from '../support/own-world.ts';

const here = await ownWorld();
const admin = new Backends(here.app.installation.adminUrl);
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await here[Symbol.asyncDispose]();
});
await ensureDemo(here.app);
const [acme, globex] = demoOrganizations;
const { accessToken } = await signIn(
  here.app.identity,
  { email: demoEmail(acme!, 'OWNER'), password: demoPassword },
  {},
);
const headers = { authorization: `Bearer ${accessToken}` };

/** A row's id of each type in an organization. */
async function idsOf(slug: string): Promise<Map<string, string>> {
  const { schemaName } = await here.app.directory.getBySlug(slug);
  const found = new Map<string, string>();
  for (const type of Object.values(schema.getTypeMap())) {
    const table = type.extensions.pothosDrizzleTable as { table: { [key: symbol]: string } } | undefined;
    const name = table?.table[Symbol.for('drizzle:Name')];
    if (!name || !(type as GraphQLObjectType).getFields().id) continue;
    const [row] = await admin.query<{ id: string }>(`select id from ${schemaName}.${name} limit 1`);
    if (row) found.set(type.name, row.id);
  }
  return found;
}
const own = await idsOf('acme');
const foreign = await idsOf('globex');
const source = { idOf: (typename: string) => `${typename}:${own.get(typename) ?? uuidv7()}` };

/** What an answer says, whatever id it was asked with. */
async function answer(query: string, variables: Record<string, unknown>, id: string): Promise<string> {
  const { data, errors } = await here.graphql(query, variables, headers);
  return JSON.stringify({ data, errors })
    .replaceAll(id, 'ID')
    .replaceAll(/"errorId":"[^"]*"/g, '');
}

async function both(typename: string, ask: (id: string) => Promise<string>): Promise<[string, string]> {
  return [await ask(`${typename}:${foreign.get(typename)}`), await ask(`${typename}:${uuidv7()}`)];
}

const places = mutationsOf(schema).flatMap(({ name, args }) => {
  const input = getNamedType(args[0]?.type) as GraphQLInputObjectType | undefined;
  if (!isInputObjectType(input)) return [];
  return idPositions(input)
    .filter(({ typename }) => foreign.has(typename))
    .map((place) => ({ name, input, place, where: place.path.join('.') }));
});

describe('the id of another organization', () => {
  it('exists to be tried', () => {
    expect([...foreign.keys()]).toEqual(
      expect.arrayContaining(['Profile', 'Client', 'Project', 'Task', 'Milestone', 'TimeEntry', 'Channel', 'Message']),
    );
    expect(places.length).toBeGreaterThan(40);
  });

  it.each([...foreign.keys()])('of a %s is unknown to node and nodes', async (typename) => {
    const query = 'query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }';
    const [theirs, unknown] = await both(typename, (id) => answer(query, { id }, id));
    expect(theirs).toBe(unknown);
    expect(JSON.parse(theirs)).toEqual({ data: { node: null, nodes: [null] }, errors: [] });
  });

  it.each(places)('in $name at $where is unknown', async ({ name, input, place }) => {
    const title = input.name;
    const query = `mutation ($input: ${title}!) { ${name}(input: $input) { lastEventId } }`;
    const ask = (id: string) =>
      answer(query, { input: withIdAt(sampleInput(input, source), input, place, id, source) }, id);
    const [theirs, unknown] = await both(place.typename, ask);
    expect(theirs).toBe(unknown);
    expect(theirs).toContain('"code":"NOT_FOUND"');
  });

  const lists = Object.values(schema.getQueryType()!.getFields()).flatMap(({ name, args }) => {
    const where = args.find((arg) => arg.name === 'where');
    const filter = where && (getNamedType(where.type) as GraphQLInputObjectType);
    if (!filter) return [];
    const ids = Object.values(filter.getFields()).filter((field) => getNamedType(field.type).name === 'IDFilter');
    return ids.map((field) => ({ name, filter: filter.name, field: field.name }));
  });

  it.each(lists)('in a filter of $name by $field finds nothing', async ({ name, filter, field }) => {
    const query = `query ($where: ${filter}) { ${name}(where: $where) { totalCount nodes { __typename } } }`;
    for (const typename of foreign.keys()) {
      const [theirs, unknown] = await both(typename, (id) => answer(query, { where: { [field]: { eq: id } } }, id));
      expect(theirs).toBe(unknown);
    }
  });
});

it('a cursor of another organization pages only through one’s own rows', async () => {
  const { accessToken: theirToken } = await signIn(
    here.app.identity,
    { email: demoEmail(globex!, 'OWNER'), password: demoPassword },
    {},
  );
  const page = 'query ($after: String) { tasks(first: 100, after: $after) { edges { cursor node { id } } } }';
  const theirs = await here.graphql(page, {}, { authorization: `Bearer ${theirToken}` });
  const mine = await here.graphql(page, {}, headers);
  const ids = new Set(mine.data.tasks.edges.map(({ node }: { node: { id: string } }) => node.id));
  for (const { cursor } of theirs.data.tasks.edges) {
    const { data, errors } = await here.graphql(page, { after: cursor }, headers);
    expect(errors).toEqual([]);
    for (const { node } of data.tasks.edges) expect(ids).toContain(node.id);
  }
});
