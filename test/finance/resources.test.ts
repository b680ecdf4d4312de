import { beforeAll, describe, expect, it } from 'vitest';
import { settledLog } from '../events/support.ts';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { create, withFinance } from './support.ts';

const server = await world();
const company = await withFinance(server, await server.company('Money'));
let manager: Member;
let consultant: Member;
let client: Member;
let clientId: string;
let projectId: string;

beforeAll(async () => {
  manager = await company.as('MANAGER');
  consultant = await company.as('CONSULTANT');
  client = await company.as('CLIENT');
  clientId = await createClient(manager, { contactId: `Profile:${client.profileId}` });
  projectId = await createProject(manager, { clientId });
  const assigned = { projectId, profileId: `Profile:${consultant.profileId}`, allocationPercent: 50 };
  await create(manager, 'ProjectAssignment', assigned);
});

const identity = (input: object, by = manager) =>
  run(by, 'createLegalIdentity', { legalName: 'Atelier', ...input }, 'legalIdentity { id siren siret iban }');

describe('a legal identity', () => {
  it('is kept without spaces, once for each client and once for the organization', async () => {
    const input = {
      clientId,
      siren: '100 000 009',
      siret: '100 000 009 00017',
      iban: 'FR76 9999 9000 0100 0001 2345 693',
    };
    expect(await identity(input)).toMatchObject({
      legalIdentity: { siren: '100000009', siret: '10000000900017', iban: 'FR7699999000010000012345693' },
    });
    expect(await identity({ clientId })).toMatchObject({ code: 'ALREADY_EXISTS', field: 'input.clientId' });
    expect(await identity({ siren: '200000008' })).toMatchObject({ legalIdentity: { siren: '200000008' } });
    expect(await identity({})).toMatchObject({ code: 'ALREADY_EXISTS', field: 'input.clientId' });
  });

  it.each([
    [{ siren: '100000008' }, 'siren'],
    [{ siret: '10000000900017' }, 'siret'],
    [{ siren: '200000008', siret: '10000000900017' }, 'siret'],
    [{ vatNumber: 'FR89100000009' }, 'vatNumber'],
    [{ iban: 'FR7699999000010000012345694' }, 'iban'],
    [{ countryCode: 'France' }, 'countryCode'],
    [{ paymentDays: 61 }, 'paymentDays'],
    [{ paymentDays: 46, paymentMonthEnd: 'DAYS_THEN_MONTH_END' }, 'paymentDays'],
  ])('refuses %j', async (input, field) => {
    const other = await createClient(manager);
    expect(await identity({ clientId: other, ...input })).toMatchObject({ code: 'BAD_INPUT', field: `input.${field}` });
  });

  it('of its own client is all that a CLIENT sees, and a CONSULTANT sees none', async () => {
    await identity({ clientId: await createClient(manager) });
    const list = '{ legalIdentities { nodes { client { id } } } }';
    expect((await client.ok(list)).legalIdentities.nodes).toEqual([{ client: { id: clientId } }]);
    expect((await consultant.graphql(list)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await identity({}, client)).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a budget', () => {
  it('is revised by a new row; the highest revision comes first', async () => {
    for (const saleTotal of ['1000', '1200.50'])
      await create(manager, 'ProjectBudget', { projectId, saleTotal, estimatedCost: '800' });
    const { node } = await manager.ok(
      'query ($id: ID!) { node(id: $id) { ... on Project { budgets { nodes { revision saleTotal { amount } } } } } }',
      { id: projectId },
    );
    expect(node.budgets.nodes).toEqual([
      { revision: 2, saleTotal: { amount: '1200.5' } },
      { revision: 1, saleTotal: { amount: '1000' } },
    ]);
  });

  it.each(['{ projectBudgets { totalCount } }', '{ purchaseOrders { totalCount } }'])(
    'and orders are hidden from consultants and clients: %s',
    async (list) => {
      for (const member of [client, consultant])
        expect((await member.graphql(list)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    },
  );
});

it('an order has a number that is unique in its project', async () => {
  const order = { projectId, number: 'PO-7', amount: '5000', days: '10' };
  await create(manager, 'PurchaseOrder', order);
  for (const number of ['PO-7', 'po-7'])
    expect(await run(manager, 'createPurchaseOrder', { ...order, number })).toMatchObject({
      code: 'ALREADY_EXISTS',
      field: 'input.number',
    });
});

describe('an expense', () => {
  const record = (by: Member) =>
    create(by, 'Expense', {
      projectId,
      spentOn: '2026-03-02',
      description: 'Train',
      netAmount: '80',
      vatAmount: '8',
    });
  const status = async (id: string) =>
    (await manager.ok('query ($id: ID!) { node(id: $id) { ... on Expense { status } } }', { id })).node.status;

  it('is submitted by its author and decided by another person', async () => {
    const id = await record(consultant);
    expect(await run(manager, 'approveExpense', { id })).toMatchObject({ code: 'INVALID_STATE' });
    await run(consultant, 'submitExpense', { id });
    expect(await run(consultant, 'approveExpense', { id })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await run(manager, 'rejectExpense', { id })).toMatchObject({ code: 'BAD_INPUT', field: 'input.reviewNote' });
    await run(manager, 'rejectExpense', { id, reviewNote: 'No receipt' });
    await run(consultant, 'submitExpense', { id });
    await run(manager, 'approveExpense', { id });
    expect(await status(id)).toBe('APPROVED');
    for (const mutation of ['updateExpense', 'deleteExpense'])
      expect(await run(consultant, mutation, { id })).toMatchObject({ code: 'INVALID_STATE' });
  });

  it('is not approved by its author, nor seen by other consultants and clients', async () => {
    const id = await record(manager);
    await run(manager, 'submitExpense', { id });
    expect(await run(manager, 'approveExpense', { id })).toMatchObject({ code: 'FORBIDDEN', field: 'input.id' });
    const node = 'query ($id: ID!) { node(id: $id) { id } }';
    for (const member of [client, consultant]) expect((await member.graphql(node, { id })).data?.node).toBeNull();
  });
});

it('keeps a project that has budgets or orders', async () => {
  expect(await run(manager, 'deleteProject', { id: projectId })).toMatchObject({ code: 'IN_USE' });
});

it('answers MODULE_DISABLED where the module is off', async () => {
  const elsewhere = await (await server.company('Without')).as('OWNER');
  const documents = [
    ...['legalIdentities', 'purchaseOrders', 'projectBudgets', 'expenses'].map((list) => `{ ${list} { totalCount } }`),
    '{ node(id: "Expense:01a00000-0000-7000-8000-000000000000") { id } }',
    'mutation { createLegalIdentity(input: { legalName: "x" }) { lastEventId } }',
    '{ projects { nodes { budgets { totalCount } } } }',
  ];
  for (const document of documents)
    expect(
      (await elsewhere.graphql(document)).errors.map(({ extensions }) => extensions.code),
      document,
    ).toEqual(['MODULE_DISABLED']);
});

it('leaves `changes` of an organization without it to documents that name its types', async () => {
  const elsewhere = await (await server.company('Following')).as('OWNER');
  const follow = `query ($after: String, $types: [String!]) {
    changes(after: $after, types: $types) {
      changed { node { id ...Spent ... on PurchaseOrder { number project { id } } } } removed { id } cursor
    }
  } fragment Spent on Expense { billable }`;
  await settledLog(elsewhere.company);
  const { cursor } = (await elsewhere.ok(follow)).changes;
  const id = await createClient(elsewhere);
  const expected = { changed: [{ node: { id } }], removed: [] };
  await settledLog(elsewhere.company);
  expect((await elsewhere.ok(follow, { after: cursor })).changes).toMatchObject(expected);
  const types = ['Expense', 'Project'];
  expect((await elsewhere.ok(follow, { after: cursor, types })).changes).toMatchObject({ changed: [], removed: [] });
});
