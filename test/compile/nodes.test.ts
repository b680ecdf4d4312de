import { beforeAll, expect, it } from 'vitest';
import { uuidv7 } from '../../src/lib/ids.ts';
import { clients } from '../../src/modules/clients/tables.ts';
import { projects } from '../../src/modules/projects/tables.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { world } from '../support/world.ts';

const here = await world();
const acme = await here.company();
const manager = await acme.as('MANAGER');
const plain = buildGraphServer(here.app, { plans: null }).yoga;
const clientId = uuidv7();

beforeAll(async () => {
  await here.app.binding.write(acme.tenant, async (tx) => {
    await tx.insert(clients).values({ id: clientId, name: 'Client', externalReference: '__proto__' });
    for (const code of ['A', 'B']) {
      const own = { id: uuidv7(), code, name: code, externalReference: `"${code}" \\ é` };
      await tx.insert(projects).values({ ...own, clientId, startDate: '2024-01-01' });
    }
  });
});

const query = `query ($ids: [ID!]!) {
  nodes(ids: $ids) { __typename id ... on Project { code client { name } } ... on Client { name } }
}`;

it('fields selected on references of a type without references are checked nevertheless', async () => {
  const under = '... on MessageReaction { profile { clients(after: "garbage") { totalCount } } }';
  for (const root of ['node(id: "MessageReaction:ref:x")', 'nodes(ids: ["MessageReaction:ref:x"])']) {
    const { errors } = await manager.graphql(`{ ${root} { ${under} } }`);
    expect(errors, root).toMatchObject([{ extensions: { code: 'BAD_CURSOR' } }]);
  }
});

it('fragments on types of a module that is off select nothing of other objects', async () => {
  const fragments =
    '...Spent ... on ProjectBudget { reason project { budgets { totalCount } } } ... on Client { name }';
  const document = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ${fragments} } } fragment Spent on Expense { billable }`;
  const body = { query: document, variables: { ids: [`Client:${clientId}`] } };
  const ask = async (yoga: { fetch: typeof plain.fetch }) => {
    const headers = { 'content-type': 'application/json', ...manager.headers };
    const sent = await yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body: JSON.stringify(body) });
    return await sent.json();
  };
  const expected = { data: { nodes: [{ id: `Client:${clientId}`, name: 'Client' }] } };
  expect(await ask(plain)).toEqual(expected);
  expect(await manager.ok(document, body.variables)).toEqual(expected.data);
});

it('one statement reads nodes by ids and by references, in their order', async () => {
  const ids = [
    'Project:ref:"B" \\ é',
    `Client:${clientId}`,
    'Project:ref:toString',
    'Client:ref:__proto__',
    'Project:ref:"A" \\ é',
    'Money:ref:x',
    'Project:ref:"B" \\ é',
    'Message:ref:x',
  ];
  const { data, statements } = await manager.graphql(query, { ids });
  expect(statements).toHaveLength(1);
  expect(data.nodes.map((node: { code?: string; name?: string } | null) => node?.code ?? node?.name)).toEqual([
    'B',
    'Client',
    undefined,
    'Client',
    'A',
    undefined,
    'B',
    undefined,
  ]);
  const response = await plain.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...manager.headers },
    body: JSON.stringify({ query, variables: { ids } }),
  });
  expect(((await response.json()) as { data: unknown }).data).toEqual(data);
});
