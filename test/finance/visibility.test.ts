import { beforeAll, expect, it } from 'vitest';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { create, withFinance, withIdentities } from './support.ts';

const server = await world();
const company = await withFinance(server, await server.company('Seen'));
const members: Record<string, Member> = {};

beforeAll(async () => {
  const manager = await company.as('MANAGER');
  const [client, consultant] = [await company.as('CLIENT'), await company.as('CONSULTANT')];
  Object.assign(members, { MANAGER: manager, CLIENT: client, CONSULTANT: consultant });
  const clientId = await createClient(manager, { contactId: `Profile:${client.profileId}` });
  const other = await createClient(manager);
  await withIdentities(manager, clientId);
  const projectId = await createProject(manager, { clientId });
  const assignment = { projectId, profileId: `Profile:${consultant.profileId}`, allocationPercent: 50 };
  await create(manager, 'ProjectAssignment', assignment);
  await create(manager, 'ProjectBudget', { projectId, saleTotal: '10', estimatedCost: '5' });
  await create(manager, 'PurchaseOrder', { projectId, number: 'BC-1', amount: '10' });
  for (const [by, netAmount] of [
    [manager, '1'],
    [consultant, '2'],
  ] as const)
    await create(by, 'Expense', { projectId, spentOn: '2026-03-01', description: 'Train', netAmount });
  const seriesId = await create(manager, 'InvoiceSeries', { name: 'Sales', prefix: 'F-' });
  const drafts: string[] = [];
  for (const of of [clientId, clientId, other]) {
    const invoiceId = await create(manager, 'Invoice', { clientId: of });
    await create(manager, 'InvoiceLine', { invoiceId, name: 'Work', unitPrice: '100', vatRate: '20' });
    drafts.push(invoiceId);
  }
  await run(manager, 'issueInvoice', { id: drafts[0], seriesId });
  await run(manager, 'payInvoice', { invoiceId: drafts[0], amount: '20', receivedOn: '2026-11-02' });
});

/** How many rows each sees of each list, by hand: none where the list is refused. */
const expected: Record<string, Record<string, number | 'FORBIDDEN'>> = {
  MANAGER: {
    ...{ legalIdentities: 2, projectBudgets: 1, purchaseOrders: 1, expenses: 2, invoices: 3, invoiceLines: 3 },
    ...{ invoiceSeries: 1, payments: 1 },
  },
  // Its own identity and what was issued to it
  CLIENT: {
    ...{ legalIdentities: 1, projectBudgets: 'FORBIDDEN', purchaseOrders: 'FORBIDDEN', expenses: 'FORBIDDEN' },
    ...{ invoices: 1, invoiceLines: 1, invoiceSeries: 'FORBIDDEN', payments: 'FORBIDDEN' },
  },
  // What it spent itself
  CONSULTANT: {
    ...{ legalIdentities: 'FORBIDDEN', projectBudgets: 'FORBIDDEN', purchaseOrders: 'FORBIDDEN', expenses: 1 },
    ...{ invoices: 'FORBIDDEN', invoiceLines: 'FORBIDDEN', invoiceSeries: 'FORBIDDEN', payments: 'FORBIDDEN' },
  },
};

it.each(Object.keys(expected))('a %s sees of money, in lists and aggregates, what is written here', async (role) => {
  const member = members[role]!;
  for (const [list, count] of Object.entries(expected[role]!)) {
    const ask = async (document: string) => {
      const { data, errors } = await member.graphql(document);
      return errors.length ? errors[0]!.extensions : data.done;
    };
    const { totalCount, code: listed = totalCount } = await ask(`{ done: ${list} { totalCount } }`);
    const answer = await ask(`{ done: ${list}Aggregate { count } }`);
    const groups = answer.code ?? answer[0].count;
    expect({ list, listed, groups }).toEqual({ list, listed: count, groups: count });
  }
});

it.each([
  ['MANAGER', '100', '0'],
  ['CLIENT', '100', 'FORBIDDEN'],
  ['CONSULTANT', 'FORBIDDEN', 'FORBIDDEN'],
])(
  'a %s sees of what is left to pay, and of what projects earn, what is written here',
  async (role, left, produced) => {
    const ask = async (document: string) => {
      const { data, errors } = await members[role]!.graphql(document);
      return errors.length ? errors[0]!.extensions.code : data.done;
    };
    const ageing = await ask('{ done: invoiceAgeing { outstanding { amount } } }');
    expect(ageing[0].outstanding?.amount ?? ageing).toBe(left);
    const summary = await ask('{ done: financialSummary { producedTotal { amount } } }');
    expect(summary.producedTotal?.amount ?? summary).toBe(produced);
  },
);
