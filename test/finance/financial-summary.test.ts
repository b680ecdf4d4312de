import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { recordTime } from '../time/support.ts';
import { create, withFinance, withIdentities } from './support.ts';

const server = await world();
const company = await withFinance(server, await server.company('Earning'));
let manager: Member;
let ann: Member;
let clientId: string;
let seriesId: string;

beforeAll(async () => {
  manager = await company.as('MANAGER');
  ann = await company.as('CONSULTANT');
  clientId = await createClient(manager);
  await withIdentities(manager, clientId);
  seriesId = await create(manager, 'InvoiceSeries', { name: 'Sales', prefix: 'F-' });
});

const sums = ['producedTotal', 'invoicedTotal', 'toBeInvoiced', 'deferred', 'downPaymentTotal', 'saleTotal'] as const;
const fields = `projects burnPercent unratedHours ${sums.map((name) => `${name} { amount currency }`).join(' ')}`;
async function summary(projectId?: string, day?: string, by = manager) {
  const document = `query ($projectId: ID, $day: LocalDate) { done: financialSummary(projectId: $projectId, day: $day) { ${fields} } }`;
  const { data, errors, statements } = await by.graphql(document, { projectId, day });
  if (errors.length) return errors[0]!.extensions;
  expect(statements).toHaveLength(1);
  if (!data.done) return null;
  return { ...data.done, ...Object.fromEntries(sums.map((name) => [name, data.done[name].amount])) };
}

async function bill(projectId: string, unitPrice: string, more: object = {}): Promise<string> {
  const invoiceId = await create(manager, 'Invoice', { clientId, projectId, ...more });
  await create(manager, 'InvoiceLine', { invoiceId, name: 'Work', unitPrice, vatRate: '20' });
  await run(manager, 'issueInvoice', { id: invoiceId, seriesId });
  return invoiceId;
}
const assign = (projectId: string, input: object) =>
  create(manager, 'ProjectAssignment', {
    ...{ projectId, profileId: `Profile:${ann.profileId}`, allocationPercent: 1 },
    ...input,
  });
async function work(projectId: string, workDate: string, hours: string): Promise<void> {
  const id = await recordTime(ann, { projectId, workDate, hours });
  await run(manager, 'validateTimeEntries', { ids: [id] });
}
const budget = (projectId: string, saleTotal: string, more: object = {}) =>
  create(manager, 'ProjectBudget', { projectId, saleTotal, estimatedCost: '1', ...more });

describe('work in progress', () => {
  it('of time and materials is what was produced less what was invoiced, without down payments', async () => {
    const projectId = await createProject(manager, { clientId });
    await assign(projectId, { saleRate: '10500' });
    await budget(projectId, '84000');
    for (const day of ['02', '03', '04', '05']) await work(projectId, `2026-03-${day}`, '8');
    await bill(projectId, '36000');
    const advance = await bill(projectId, '5000', { kind: 'DOWN_PAYMENT' });
    const before = await summary(projectId);
    expect(before).toMatchObject({
      ...{ projects: 1, producedTotal: '42000', invoicedTotal: '36000', toBeInvoiced: '6000', deferred: '0' },
      ...{ downPaymentTotal: '5000', saleTotal: '84000', burnPercent: '50', unratedHours: '0' },
    });
    const final = await create(manager, 'Invoice', { clientId, projectId });
    await create(manager, 'InvoiceLine', { invoiceId: final, name: 'Work', unitPrice: '9000', vatRate: '20' });
    await run(manager, 'takeBackDownPayment', { id: final, downPaymentId: advance });
    expect(await summary(projectId)).toEqual(before);
    await run(manager, 'issueInvoice', { id: final, seriesId });
    const invoiced = { invoicedTotal: '45000', toBeInvoiced: '0', deferred: '3000', downPaymentTotal: '0' };
    expect(await summary(projectId)).toMatchObject(invoiced);
    // Undone in full, the final invoice takes nothing back any more
    await bill(projectId, '4000', { creditedInvoiceId: final });
    expect(await summary(projectId)).toMatchObject({ invoicedTotal: '36000', downPaymentTotal: '5000' });
    await bill(projectId, '5000', { creditedInvoiceId: advance });
    expect(await summary(projectId)).toEqual({ ...before, downPaymentTotal: '0' });
  });

  it('of a fixed price follows the percentage that is complete; internal work is worth nothing', async () => {
    const projectId = await createProject(manager, { clientId });
    const spent = { projectId, spentOn: '2026-03-01', description: 'Train', netAmount: '100.10', billable: true };
    await budget(projectId, '100000', { billing: 'FIXED_PRICE', percentComplete: '15' });
    await budget(projectId, '100000', { billing: 'FIXED_PRICE', percentComplete: '40' });
    await bill(projectId, '30000');
    expect(await summary(projectId)).toMatchObject({ producedTotal: '40000', toBeInvoiced: '10000', deferred: '0' });
    await assign(projectId, {});
    const expenseId = await create(ann, 'Expense', spent);
    await run(ann, 'submitExpense', { id: expenseId });
    expect(await summary(projectId)).toMatchObject({ producedTotal: '40000' });
    await run(manager, 'approveExpense', { id: expenseId });
    expect(await summary(projectId)).toMatchObject({ producedTotal: '40100.1' });
    await budget(projectId, '0', { billing: 'INTERNAL' });
    expect(await summary(projectId)).toMatchObject({ producedTotal: '0', deferred: '30000', burnPercent: null });
    const input = { projectId, saleTotal: '1', estimatedCost: '1', percentComplete: '1' };
    expect(await run(manager, 'createProjectBudget', input)).toMatchObject({
      ...{ code: 'BAD_INPUT', field: 'input.percentComplete' },
    });
  });

  it('counts validated time at the rate of its day, up to a day, and says which hours have none', async () => {
    const projectId = await createProject(manager, { clientId });
    await assign(projectId, { saleRate: '650', toDate: '2026-04-15' });
    await assign(projectId, { saleRate: '700.50', fromDate: '2026-04-16', toDate: '2026-04-30' });
    await work(projectId, '2026-04-15', '7.33');
    await work(projectId, '2026-04-16', '8');
    await work(projectId, '2026-05-04', '2.5');
    await recordTime(ann, { projectId, workDate: '2026-04-17', hours: '8' });
    await bill(projectId, '100');
    // 7.33 h are 0.9163 days: 595.60
    expect(await summary(projectId)).toMatchObject({
      producedTotal: '1296.1',
      unratedHours: '2.5',
      invoicedTotal: '100',
    });
    expect(await summary(projectId, '2026-04-15')).toMatchObject({ producedTotal: '595.6', invoicedTotal: '0' });
  });

  it('in another currency is converted at the rate of each document', async () => {
    const projectId = await createProject(manager, { clientId });
    const dollars = { currency: 'USD', exchangeRate: '0.5' };
    await bill(projectId, '100', dollars);
    await bill(projectId, '10', { ...dollars, kind: 'DOWN_PAYMENT' });
    expect(await summary(projectId)).toMatchObject({ invoicedTotal: '50', deferred: '50', downPaymentTotal: '5' });
  });
});

it('is for members who may read budgets, invoices and costs, and of the projects that they see', async () => {
  const projectId = await createProject(manager, { clientId, visibility: 'MEMBERS' });
  await budget(projectId, '500');
  for (const member of [ann, await company.as('CLIENT'), await company.as('MEMBER')])
    expect(await summary(projectId, undefined, member)).toMatchObject({ code: 'FORBIDDEN' });
  const [owner, analyst] = [await company.as('OWNER'), await company.member('MEMBER')];
  for (const permission of ['BUDGET_READ', 'INVOICE_READ'])
    await run(owner, 'setPermission', { role: 'MEMBER', permission, granted: true }, 'role');
  expect(await summary(undefined, undefined, analyst)).toMatchObject({ code: 'FORBIDDEN' });
  await run(owner, 'setPermission', { role: 'MEMBER', permission: 'COST_READ', granted: true }, 'role');
  expect(await summary(projectId, undefined, analyst)).toBeNull();
  const [all, seen] = [await summary(), await summary(undefined, undefined, analyst)];
  expect(all.projects - seen.projects).toBe(1);
  expect(Number(all.saleTotal) - Number(seen.saleTotal)).toBe(500);
});

it('equals an oracle in whole cents, for any work and documents', async () => {
  const cents = fc.integer({ min: 1, max: 500_000 });
  const step = fc.oneof(
    fc.record({ what: fc.constant('invoice'), cents, advance: fc.boolean() }),
    fc.record({ what: fc.constant('advance'), cents }),
    fc.record({ what: fc.constant('credit'), cents }),
    fc.record({ what: fc.constant('work'), quarters: fc.integer({ min: 1, max: 4 }) }),
  );
  let month = 1;
  const text = (amount: number) => `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), cents, async (steps, rate) => {
      const projectId = await createProject(manager, { clientId });
      const workDate = `2026-${String((month % 10) + 1).padStart(2, '0')}-03`;
      month++;
      await assign(projectId, { saleRate: text(rate) });
      let [invoiced, down, quarters] = [0, 0, 0];
      const invoices: { id: string; net: number; credited: number }[] = [];
      const advances: { id: string; net: number }[] = [];
      for (const each of steps)
        if (each.what === 'work') {
          await work(projectId, workDate, String(each.quarters / 4));
          quarters += each.quarters;
        } else if (each.what === 'advance') {
          advances.push({ id: await bill(projectId, text(each.cents), { kind: 'DOWN_PAYMENT' }), net: each.cents });
          down += each.cents;
        } else if (each.what === 'credit') {
          const of = invoices.find(({ net, credited }) => net - credited > each.cents);
          if (!of) continue;
          await bill(projectId, text(each.cents), { creditedInvoiceId: of.id });
          of.credited += each.cents;
          invoiced -= each.cents;
        } else {
          const taken = each.advance ? advances.pop() : undefined;
          const id = await create(manager, 'Invoice', { clientId, projectId });
          const net = each.cents + (taken?.net ?? 0);
          await create(manager, 'InvoiceLine', { invoiceId: id, name: 'Work', unitPrice: text(net), vatRate: '20' });
          if (taken) await run(manager, 'takeBackDownPayment', { id, downPaymentId: taken.id });
          await run(manager, 'issueInvoice', { id, seriesId });
          down -= taken?.net ?? 0;
          invoiced += net;
          invoices.push({ id, net: each.cents, credited: 0 });
        }
      const half = (numerator: bigint, by: bigint): bigint => (numerator * 2n + by) / (by * 2n);
      const days = half(BigInt(quarters) * 10_000n, 32n);
      const produced = Number(half(days * BigInt(rate), 10_000n));
      const found = await summary(projectId);
      expect(sums.slice(0, 5).map((name) => Math.round(Number(found[name]) * 100))).toEqual([
        ...[produced, invoiced, Math.max(0, produced - invoiced), Math.max(0, invoiced - produced), down],
      ]);
    }),
    { numRuns: 8 },
  );
});
