import { beforeAll, expect, it } from 'vitest';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { create, withFinance } from './support.ts';

const server = await world();
const company = await withFinance(server, await server.company('Spent'));
let manager: Member;
let consultant: Member;
let projectId: string;

beforeAll(async () => {
  manager = await company.as('MANAGER');
  consultant = await company.as('CONSULTANT');
  projectId = await createProject(manager, { clientId: await createClient(manager) });
  const profileId = `Profile:${consultant.profileId}`;
  await create(manager, 'ProjectAssignment', { projectId, profileId, allocationPercent: 10 });
});

async function spend(netAmount: string, spentOn: string, billable = true): Promise<string> {
  const id = await create(consultant, 'Expense', { projectId, spentOn, netAmount, billable, description: 'Train' });
  await run(consultant, 'submitExpense', { id });
  return id;
}

const invoice = () =>
  run(
    manager,
    'invoiceExpenses',
    { projectId, fromDate: '2026-03-01', toDate: '2026-03-31', vatRate: '10' },
    'invoice { id netTotal grossTotal lines { nodes { name netAmount expense { id } } } }',
  );

it('approved and billable expenses are invoiced once, whoever asks at the same time', async () => {
  const ids = [await spend('80.50', '2026-03-02'), await spend('19.50', '2026-03-31')];
  for (const id of [...ids, await spend('7', '2026-03-03', false), await spend('7', '2026-04-01')])
    await run(manager, 'approveExpense', { id });
  await spend('7', '2026-03-04');
  const outcomes = await Promise.all(Array.from({ length: 6 }, invoice));
  const made = outcomes.filter((outcome) => outcome.invoice);
  expect(made).toMatchObject([
    {
      invoice: {
        ...{ netTotal: '100', grossTotal: '110' },
        lines: { nodes: ids.map((id, at) => ({ name: 'Train', netAmount: ['80.5', '19.5'][at], expense: { id } })) },
      },
    },
  ]);
  expect(outcomes.filter(({ code }) => code === 'INVALID_STATE')).toHaveLength(5);
  await run(manager, 'cancelInvoice', { id: made[0].invoice.id });
  const again = await invoice();
  expect(again.invoice.netTotal).toBe('100');
  await run(manager, 'deleteInvoice', { id: again.invoice.id });
  expect((await invoice()).invoice.netTotal).toBe('100');
  expect(
    await run(consultant, 'invoiceExpenses', {
      projectId,
      fromDate: '2026-03-01',
      toDate: '2026-03-31',
      vatRate: '10',
    }),
  ).toMatchObject({
    code: 'FORBIDDEN',
  });
});
