import { beforeAll, describe, expect, it } from 'vitest';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { recordTime } from '../time/support.ts';
import { create, withFinance, withIdentities } from './support.ts';

const server = await world();
const company = await withFinance(server, await server.company('Time'));
let manager: Member;
let ann: Member;
let bob: Member;
let clientId: string;

beforeAll(async () => {
  manager = await company.as('MANAGER');
  ann = await company.as('CONSULTANT');
  bob = await company.member('CONSULTANT');
  clientId = await createClient(manager);
  await withIdentities(manager, clientId);
});

const shares = { allocationPercent: 2 };

/** A project on which Ann costs 650 a day until 15 March and 700 from the 16th on, and Bob has no rate. */
async function begin(): Promise<string> {
  const projectId = await createProject(manager, { clientId });
  const assign = (member: Member, input: object) =>
    create(manager, 'ProjectAssignment', { projectId, profileId: `Profile:${member.profileId}`, ...shares, ...input });
  await assign(ann, { saleRate: '650', toDate: '2026-03-15' });
  await assign(ann, { saleRate: '700', fromDate: '2026-03-16' });
  await assign(bob, {});
  return projectId;
}

async function validated(member: Member, projectId: string, workDate: string, hours: string, more: object = {}) {
  const id = await recordTime(member, { projectId, workDate, hours, ...more });
  await run(manager, 'validateTimeEntries', { ids: [id] });
  return id;
}

const march = { fromDate: '2026-03-01', toDate: '2026-03-31', vatRate: '20' };
const invoice = (projectId: string, more: object = {}) =>
  run(
    manager,
    'invoiceTime',
    { projectId, ...march, ...more },
    `invoice { id netTotal vatTotal grossTotal periodStart periodEnd lines {
      nodes { name quantity unit unitPrice netAmount timeEntries { totalCount nodes { timeEntry { id } } } }
    } }`,
  );

describe('the time of a project', () => {
  it('is invoiced by person and rate of the day, in days, without what is pending, not billable or outside', async () => {
    const projectId = await begin();
    await validated(ann, projectId, '2026-03-02', '8');
    await validated(ann, projectId, '2026-03-13', '4');
    await validated(ann, projectId, '2026-03-16', '7');
    await validated(bob, projectId, '2026-03-03', '6');
    await validated(ann, projectId, '2026-04-01', '8');
    await validated(ann, projectId, '2026-03-04', '8', { billable: false });
    await recordTime(ann, { projectId, workDate: '2026-03-05', hours: '8' });
    const { invoice: made } = await invoice(projectId, { dayRate: '500' });
    expect(made).toMatchObject({
      ...{ netTotal: '1962.5', vatTotal: '392.5', grossTotal: '2355' },
      ...{ periodStart: '2026-03-01', periodEnd: '2026-03-31' },
    });
    const lines = made.lines.nodes.map(
      (line: { quantity: string; unitPrice: string; netAmount: string; timeEntries: { totalCount: number } }) =>
        [line.quantity, line.unitPrice, line.netAmount, line.timeEntries.totalCount].join(' '),
    );
    expect(lines.sort()).toEqual(['0.75 500 375 1', '0.875 700 612.5 1', '1.5 650 975 2']);
  });

  it('without a rate, or without any left, is refused', async () => {
    const projectId = await begin();
    const nothing = { code: 'INVALID_STATE', field: 'input.projectId' };
    expect(await invoice(projectId)).toMatchObject(nothing);
    await validated(bob, projectId, '2026-03-03', '6');
    expect(await invoice(projectId)).toMatchObject({
      ...{ code: 'INVALID_STATE', field: 'input.dayRate' },
      ...{ profileId: `Profile:${bob.profileId}`, workDate: '2026-03-03' },
    });
    expect(await invoice(projectId, { toDate: '2026-02-01' })).toMatchObject({ code: 'BAD_INPUT' });
    for (const member of [ann, await company.as('CLIENT')])
      expect(await run(member, 'invoiceTime', { projectId, ...march })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('of a person with a long name is on a line with the first 200 characters', async () => {
    const projectId = await begin();
    const long = { firstName: 'Wolfeschlegel 😀'.repeat(10), lastName: 'steinhausenberger'.repeat(8) };
    await run(bob, 'updateProfile', { id: `Profile:${bob.profileId}`, ...long });
    await validated(bob, projectId, '2026-03-03', '6');
    const { invoice: made } = await invoice(projectId, { dayRate: '500' });
    const [line] = made.lines.nodes;
    expect(line.name).toBe([...`${long.firstName} ${long.lastName}`].slice(0, 200).join(''));
  });

  it('goes to the client that the project has when it is invoiced, also while that changes', async () => {
    const other = await createClient(manager);
    for (let round = 0; round < 8; round++) {
      const projectId = await begin();
      await validated(ann, projectId, '2026-03-10', '2');
      const [outcome] = await Promise.all([
        run(manager, 'invoiceTime', { projectId, ...march }, 'invoice { client { id } }'),
        run(manager, 'updateProject', { id: projectId, clientId: other }),
      ]);
      expect([clientId, other]).toContain(outcome.invoice?.client.id);
    }
  });

  it('of one period, invoiced many times at once, is on one invoice', async () => {
    const projectId = await begin();
    for (const day of ['02', '03', '04', '05']) await validated(ann, projectId, `2026-03-${day}`, '8');
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => invoice(projectId)));
    expect(outcomes.filter((outcome) => outcome.invoice)).toHaveLength(1);
    expect(new Set(outcomes.filter((outcome) => outcome.code).map(({ code }) => code))).toEqual(
      new Set(['INVALID_STATE']),
    );
    const { node } = await manager.ok(
      'query ($id: ID!) { node(id: $id) { ... on Project { invoices { nodes { netTotal } } } } }',
      { id: projectId },
    );
    expect(node.invoices.nodes).toEqual([{ netTotal: '2600' }]);
  });

  it('and the expenses of an invoice can be invoiced again once it is credited in full, which keeps what it charged', async () => {
    const projectId = await begin();
    const id = await validated(ann, projectId, '2026-03-11', '4');
    const spent = { projectId, spentOn: '2026-03-11', description: 'Train', netAmount: '100', billable: true };
    const expenseId = await create(ann, 'Expense', spent);
    await run(ann, 'submitExpense', { id: expenseId });
    await run(manager, 'approveExpense', { id: expenseId });
    const seriesId = await create(manager, 'InvoiceSeries', { name: 'Again', prefix: 'A-' });
    const made = [(await invoice(projectId)).invoice.id];
    const again = () => run(manager, 'invoiceExpenses', { projectId, ...march }, 'invoice { id }');
    made.push((await again()).invoice.id);
    for (const invoiceId of made) await run(manager, 'issueInvoice', { id: invoiceId, seriesId });
    const credit = async (creditedInvoiceId: string, unitPrice: string) => {
      const note = await create(manager, 'Invoice', { clientId, creditedInvoiceId });
      await create(manager, 'InvoiceLine', { invoiceId: note, name: 'Undone', unitPrice, vatRate: '20' });
      return run(manager, 'issueInvoice', { id: note, seriesId }, 'invoice { number }');
    };
    await credit(made[0]!, '325');
    await credit(made[1]!, '99.99');
    expect([await invoice(projectId), await again()]).toMatchObject([
      ...[{ invoice: { netTotal: '325' } }, { code: 'INVALID_STATE' }],
    ]);
    await credit(made[1]!, '0.01');
    const outcomes = await Promise.all(Array.from({ length: 6 }, again));
    expect(outcomes.filter((outcome) => outcome.invoice)).toHaveLength(1);
    const charged = `query ($id: ID!) { node(id: $id) { ... on Invoice { lines { nodes { expense { id } expenseReleasedAt
      timeEntries { nodes { releasedAt timeEntry { id } } } } } } } }`;
    const lines = await Promise.all(
      made.map(async (invoiceId) => (await manager.ok(charged, { id: invoiceId })).node.lines.nodes[0]),
    );
    expect(lines).toMatchObject([
      { timeEntries: { nodes: [{ timeEntry: { id }, releasedAt: expect.any(String) }] } },
      { expense: { id: expenseId }, expenseReleasedAt: expect.any(String) },
    ]);
    expect(await run(manager, 'reopenTimeEntries', { ids: [id] })).toMatchObject({ code: 'INVALID_STATE' });
  });

  it('cannot be reopened while it is invoiced, and can be again once the draft is cancelled or its line deleted', async () => {
    const projectId = await begin();
    const id = await validated(ann, projectId, '2026-03-02', '8');
    const reopen = () => run(manager, 'reopenTimeEntries', { ids: [id] });
    const refused = { code: 'INVALID_STATE', timeEntryId: id };
    const first = await invoice(projectId);
    const elsewhere = { id: first.invoice.id, clientId: await createClient(manager), projectId: null };
    expect(await run(manager, 'updateInvoice', elsewhere)).toMatchObject({
      code: 'INVALID_STATE',
      field: 'input.clientId',
    });
    expect(await reopen()).toMatchObject(refused);
    await run(manager, 'cancelInvoice', { id: first.invoice.id });
    const second = await invoice(projectId);
    expect(second.invoice.netTotal).toBe('650');
    await run(manager, 'deleteInvoice', { id: second.invoice.id });
    const third = await invoice(projectId);
    expect(third.invoice.netTotal).toBe('650');
    const seriesId = await create(manager, 'InvoiceSeries', { name: 'Time', prefix: 'T-' });
    await run(manager, 'issueInvoice', { id: third.invoice.id, seriesId });
    expect(await reopen()).toMatchObject(refused);
    expect(await run(manager, 'deleteProject', { id: projectId })).toMatchObject({ code: 'IN_USE' });
  });
});
