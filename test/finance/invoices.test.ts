import { beforeAll, describe, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { settledLog } from '../events/support.ts';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { create, withFinance, withIdentities } from './support.ts';

const server = await world();
const company = await withFinance(server, await server.company('Billing'));
let manager: Member;
let consultant: Member;
let client: Member;
let clientId: string;
let projectId: string;
let seriesId: string;

beforeAll(async () => {
  manager = await company.as('MANAGER');
  consultant = await company.as('CONSULTANT');
  client = await company.as('CLIENT');
  clientId = await createClient(manager, { contactId: `Profile:${client.profileId}` });
  projectId = await createProject(manager, { clientId });
  const assigned = { projectId, profileId: `Profile:${consultant.profileId}`, allocationPercent: 50 };
  await create(manager, 'ProjectAssignment', assigned);
  await withIdentities(manager, clientId);
  seriesId = await create(manager, 'InvoiceSeries', { name: 'Sales', prefix: 'F2026-', nextNumber: 41 });
});

const draft = (input: object = {}): Promise<string> => create(manager, 'Invoice', { clientId, projectId, ...input });
const addLine = (invoiceId: string, unitPrice: string, more: object = {}) =>
  run(
    manager,
    'createInvoiceLine',
    { invoiceId, name: 'Work', unitPrice, vatRate: '20', ...more },
    'invoiceLine { id }',
  );
const issue = (id: string, more: object = {}) =>
  run(manager, 'issueInvoice', { id, seriesId, ...more }, 'invoice { number issueDate dueDate contentHash }');
async function issued(): Promise<string> {
  const id = await draft();
  await addLine(id, '100');
  await issue(id);
  return id;
}
const read = async (id: string, fields: string, by = manager) =>
  (await by.graphql(`query ($id: ID!) { node(id: $id) { ... on Invoice { ${fields} } } }`, { id })).data?.node;

describe('a draft', () => {
  it('has the totals of its lines, after each change of one', async () => {
    const id = await draft();
    const totals = 'lineTotal allowanceTotal chargeTotal netTotal vatTotal grossTotal';
    for (const [quantity, unitPrice, vatRate, more] of [
      ['18.5', '650', '20', {}],
      ['12.25', '517.35', '20', { discount: '100', unit: 'DAY' }],
      ['7.3333', '89.9', '20', { unit: 'HUR' }],
      ['1', '142.73', '10', {}],
      ['1', '250', '20', { kind: 'ALLOWANCE' }],
      ['1', '35', '20', { kind: 'CHARGE' }],
    ] as const)
      await addLine(id, unitPrice, { quantity, vatRate, ...more });
    expect(
      await read(id, `${totals} vatLines { vatCategory vatRate basis amount } convertedNetTotal { amount }`),
    ).toEqual({
      ...{ lineTotal: '19064.53', allowanceTotal: '250', chargeTotal: '35', netTotal: '18849.53' },
      ...{ vatTotal: '3755.63', grossTotal: '22605.16', convertedNetTotal: { amount: '18849.53' } },
      vatLines: [
        { vatCategory: 'S', vatRate: '20', basis: '18706.8', amount: '3741.36' },
        { vatCategory: 'S', vatRate: '10', basis: '142.73', amount: '14.27' },
      ],
    });
    const { lines } = await read(id, 'lines { nodes { id position netAmount } }');
    expect(lines.nodes.map(({ position }: { position: number }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
    await run(manager, 'updateInvoiceLine', { id: lines.nodes[0].id, quantity: '1' });
    expect(await read(id, 'lineTotal')).toEqual({ lineTotal: '7689.53' });
    for (const line of lines.nodes) await run(manager, 'deleteInvoiceLine', { id: line.id });
    expect(await read(id, `netTotal grossTotal vatLines { basis }`)).toEqual({
      netTotal: '0',
      grossTotal: '0',
      vatLines: [],
    });
  });

  it('converts its totals by the rate of another currency', async () => {
    expect(await run(manager, 'createInvoice', { clientId, exchangeRate: '2' })).toMatchObject({
      ...{ code: 'BAD_INPUT', field: 'input.exchangeRate' },
    });
    const noRate = { code: 'BAD_INPUT', field: 'input.exchangeRate' };
    expect(await run(manager, 'createInvoice', { clientId, currency: 'USD' })).toMatchObject(noRate);
    expect(await run(manager, 'updateInvoice', { id: await draft(), currency: 'USD' })).toMatchObject(noRate);
    const id = await draft({ currency: 'USD', exchangeRate: '0.5' });
    await addLine(id, '100.01');
    const fields = 'currency netTotal convertedNetTotal { amount currency } convertedVatTotal { amount }';
    expect(await read(id, fields)).toEqual({
      ...{ currency: 'USD', netTotal: '100.01', convertedVatTotal: { amount: '10' } },
      convertedNetTotal: { amount: '50.01', currency: 'EUR' },
    });
    await run(manager, 'updateInvoice', { id, exchangeRate: '0.25' });
    expect((await read(id, fields)).convertedNetTotal.amount).toBe('25');
  });

  it.each([
    [{ vatRate: '0' }, 'vatRate'],
    [{ vatCategory: 'AE' }, 'vatRate'],
    [{ vatCategory: 'O', vatRate: '0', exemptionReason: 'Outside' }, 'vatRate'],
    [{ vatCategory: 'AE', vatRate: '0' }, 'exemptionReason'],
    [{ exemptionReason: 'None' }, 'exemptionReason'],
    [{ unitPrice: '-1' }, 'unitPrice'],
    [{ quantity: '1000000', unitPrice: '1000000' }, 'unitPrice'],
    [{ quantity: '1.00001' }, 'quantity'],
    [{ kind: 'ALLOWANCE', quantity: '-1' }, 'quantity'],
    [{ kind: 'CHARGE', discount: '2' }, 'quantity'],
    [{ quantity: '-2', discount: '1' }, 'discount'],
  ])('refuses a line with %j', async (input, field) => {
    const invoiceId = await draft();
    const line = { invoiceId, name: 'Work', unitPrice: '1', vatRate: '20', ...input };
    expect(await run(manager, 'createInvoiceLine', line)).toMatchObject({ code: 'BAD_INPUT', field: `input.${field}` });
  });

  it('takes several lines at once', async () => {
    const invoiceId = await draft();
    const invoiceLines = ['1', '2', '3'].map((unitPrice) => ({ invoiceId, name: 'Work', unitPrice, vatRate: '20' }));
    await run(manager, 'createInvoiceLines', { invoiceLines });
    expect(await read(invoiceId, 'netTotal')).toEqual({ netTotal: '6' });
  });

  it('is cancelled or deleted', async () => {
    const [one, other] = [await draft(), await draft()];
    await addLine(other, '1');
    await run(manager, 'cancelInvoice', { id: one });
    expect(await addLine(one, '1')).toMatchObject({ code: 'INVALID_STATE' });
    expect(await issue(one)).toMatchObject({ code: 'INVALID_STATE' });
    expect(await run(manager, 'deleteInvoice', { id: other })).toMatchObject({ lastEventId: expect.any(String) });
    expect(await run(manager, 'deleteInvoice', { id: one })).toMatchObject({ lastEventId: expect.any(String) });
  });

  it('is not issued or deleted, with an expectedVersion, after somebody has changed its lines', async () => {
    const id = await draft();
    await addLine(id, '1');
    const { version: expectedVersion } = await read(id, 'version');
    await addLine(id, '2');
    const stale = { code: 'STALE_VERSION' };
    expect(await run(manager, 'deleteInvoice', { id, expectedVersion })).toMatchObject(stale);
    expect(await run(manager, 'updateInvoice', { id, note: 'x', expectedVersion })).toMatchObject(stale);
  });

  it('is not for a project of another client', async () => {
    const projectId = await createProject(manager, { clientId: await createClient(manager) });
    const field = { code: 'BAD_INPUT', field: 'input.projectId' };
    expect(await run(manager, 'createInvoice', { clientId, projectId })).toMatchObject(field);
    expect(await run(manager, 'updateInvoice', { id: await draft(), projectId })).toMatchObject(field);
  });

  it('names the argument of what is not found, or not in its state', async () => {
    const id = await draft();
    await addLine(id, '1');
    const seriesId = 'InvoiceSeries:01990000-0000-7000-8000-000000000000';
    expect(await run(manager, 'issueInvoice', { id, seriesId })).toMatchObject({
      ...{ code: 'NOT_FOUND', field: 'input.seriesId' },
    });
    await run(manager, 'cancelInvoice', { id });
    expect(await addLine(id, '1')).toMatchObject({ code: 'INVALID_STATE', field: 'input.invoiceId' });
  });
});

describe('an issued invoice', () => {
  it('has the next number of its series, a date, the last day to pay and both parties', async () => {
    const id = await draft({ orderNumber: 'PO-7' });
    await addLine(id, '100');
    expect(await issue(id, { issueDate: '2026-10-05' })).toMatchObject({
      invoice: { number: 'F2026-0041', issueDate: '2026-10-05', dueDate: '2026-11-04' },
    });
    const name = (await read(id, 'buyer { legalName }')).buyer.legalName;
    const { legalIdentities } = await manager.ok('{ legalIdentities { nodes { id client { id } } } }');
    const [buyer] = legalIdentities.nodes.filter(({ client }: { client: object | null }) => client);
    await run(manager, 'updateLegalIdentity', { id: buyer.id, legalName: 'Renamed' });
    expect(await read(id, 'status seller { siren city } buyer { legalName vatNumber }')).toEqual({
      status: 'ISSUED',
      seller: { siren: '100000009', city: 'Lyon' },
      buyer: { legalName: name, vatNumber: 'FR37200000008' },
    });
  });

  it('has a date from that of the last one to today', async () => {
    const id = await draft();
    await addLine(id, '100');
    for (const issueDate of ['2026-10-04', '2199-01-01'])
      expect(await issue(id, { issueDate })).toMatchObject({ code: 'BAD_INPUT', field: 'input.issueDate' });
    expect(await issue(id, { issueDate: '2026-10-05' })).toMatchObject({ invoice: { number: 'F2026-0042' } });
  });

  it('has items, a total that is not negative, and parties with identities', async () => {
    const id = await draft();
    expect(await issue(id)).toMatchObject({ code: 'INVALID_STATE', field: 'input.id' });
    await addLine(id, '1', { quantity: '-1' });
    expect(await issue(id)).toMatchObject({ code: 'INVALID_STATE', field: 'input.id' });
    const other = await create(manager, 'Invoice', { clientId: await createClient(manager) });
    await addLine(other, '1');
    expect(await issue(other)).toMatchObject({ code: 'INVALID_STATE', missing: 'LegalIdentity' });
  });

  it('is not changed by any mutation', async () => {
    const reference = 'billing-1';
    const id = await draft({ externalReference: reference });
    await addLine(id, '100');
    await issue(id);
    const fields = 'contentHash version updatedAt lines { nodes { id version } }';
    const before = await read(id, fields);
    const line = before.lines.nodes[0].id;
    const tries: [string, object][] = [
      ['updateInvoice', { id, note: 'Other' }],
      ['deleteInvoice', { id }],
      ['cancelInvoice', { id }],
      ['issueInvoice', { id, seriesId }],
      ['createInvoiceLine', { invoiceId: id, name: 'More', unitPrice: '1', vatRate: '20' }],
      ['createInvoiceLines', { invoiceLines: [{ invoiceId: id, name: 'More', unitPrice: '1', vatRate: '20' }] }],
      ['updateInvoiceLine', { id: line, quantity: '2' }],
      ['deleteInvoiceLine', { id: line }],
    ];
    for (const [name, input] of tries)
      expect(await run(manager, name, input), name).toMatchObject({ code: 'INVALID_STATE' });
    const rows = [{ externalReference: reference, note: 'Other' }];
    const upsert = { rows, errorPolicy: 'REJECT_FAILED_ROWS' };
    expect(await run(manager, 'upsertInvoices', upsert, 'results { status code }')).toEqual({
      results: [{ status: 'FAILED', code: 'INVALID_STATE' }],
    });
    expect(await run(manager, 'deleteProject', { id: projectId })).toMatchObject({ code: 'IN_USE' });
    expect(await run(manager, 'deleteInvoiceSeries', { id: seriesId })).toMatchObject({ code: 'IN_USE' });
    expect(await read(id, fields)).toEqual(before);
  });

  it('is not changed by any statement of the role of the organization', async () => {
    const id = (await issued()).slice('Invoice:'.length);
    await using admin = new Admin({ url: server.app.installation.adminUrl });
    const { schemaName, roleName } = company.tenant as unknown as { schemaName: string; roleName: string };
    const statements = [
      `update invoices set note = 'x' where id = '${id}'`,
      `delete from invoices where id = '${id}'`,
      `update invoice_lines set name = 'x' where invoice_id = '${id}'`,
      `delete from invoice_lines where invoice_id = '${id}'`,
      `insert into invoice_lines select (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid()))).* from invoice_lines l where invoice_id = '${id}'`,
    ];
    for (const statement of statements) {
      const run = admin.transaction(async (tx) => {
        await tx.run(`select set_config('search_path', $1, true), set_config('role', $2, true)`, [
          schemaName,
          roleName,
        ]);
        await tx.run(statement);
      });
      await expect(run, statement).rejects.toThrow(/is issued/);
    }
  });

  it('keeps the numbering of its series', async () => {
    expect(await run(manager, 'updateInvoiceSeries', { id: seriesId, nextNumber: 7 })).toMatchObject({
      ...{ code: 'INVALID_STATE', field: 'input.nextNumber' },
    });
    expect(await run(manager, 'updateInvoiceSeries', { id: seriesId, name: 'Home sales' })).toMatchObject({
      lastEventId: expect.any(String),
    });
    for (const prefix of ['F-1', 'F 1', 'F.', ''])
      expect(await run(manager, 'createInvoiceSeries', { name: 'Other', prefix })).toMatchObject({
        ...{ code: 'BAD_INPUT', field: 'input.prefix' },
      });
  });
});

it('100 parallel issues, of which some roll back, have numbers without gaps and dates that never fall', async () => {
  const ofMany = await create(manager, 'InvoiceSeries', { name: 'Many', prefix: 'M-' });
  const ids = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const id = await draft();
      await addLine(id, '1');
      return id;
    }),
  );
  /** A cursor of no list: the payload refuses it, and the transaction is rolled back. */
  const madeUp = Buffer.from('nothing').toString('base64');
  const query = `mutation ($input: IssueInvoiceInput!, $after: String) {
    issueInvoice(input: $input) { invoice { number lines(after: $after) { nodes { id } } } }
  }`;
  const outcomes = await Promise.all(
    ids.map(async (id, at) => {
      const input = { id, seriesId: ofMany, ...(at % 2 && { issueDate: `2026-11-0${1 + (at % 7)}` }) };
      const { data, errors } = await manager.graphql(query, { input, after: at % 10 < 3 ? madeUp : null });
      return data?.issueInvoice.invoice.number ?? errors[0]!.extensions.code;
    }),
  );
  const { invoices } = await manager
    .ok(
      `query ($id: ID!) { node(id: $id) { ... on InvoiceSeries {
      invoices(first: 100, orderBy: { field: NUMBER }) { nodes { number issueDate } }
    } } }`,
      { id: ofMany },
    )
    .then(({ node }) => node);
  const numbers = invoices.nodes.map(({ number }: { number: string }) => number);
  const days = invoices.nodes.map(({ issueDate }: { issueDate: string }) => issueDate);
  expect(numbers).toEqual(numbers.map((_: string, at: number) => `M-${String(at + 1).padStart(4, '0')}`));
  expect(days).toEqual(days.toSorted());
  expect(numbers.toSorted()).toEqual(outcomes.filter((outcome) => outcome.startsWith('M-')).sort());
  expect(numbers.length).toBeGreaterThanOrEqual(30);
  const others = outcomes.filter((outcome) => !outcome.startsWith('M-'));
  expect(others.filter((outcome) => outcome === 'BAD_CURSOR').length).toBeGreaterThanOrEqual(20);
  expect(others.filter((outcome) => outcome !== 'BAD_CURSOR' && outcome !== 'BAD_INPUT')).toEqual([]);
});

describe('invoices are seen', () => {
  it('by a CLIENT once they are issued to it, by managers all, by consultants none', async () => {
    const other = await createClient(manager);
    const hidden = [await draft(), await create(manager, 'Invoice', { clientId: other })];
    const shown = await issued();
    const list = '{ invoices(first: 100) { nodes { id status client { id } lines { totalCount } } } }';
    const seen = (await client.ok(list)).invoices.nodes as { id: string; status: string; client: { id: string } }[];
    expect(seen.map(({ id }) => id)).toContain(shown);
    expect(new Set(seen.map(({ status, client: { id } }) => `${status} ${id}`))).toEqual(
      new Set([`ISSUED ${clientId}`]),
    );
    for (const id of hidden) expect(await read(id, 'id', client)).toBeNull();
    for (const id of [...hidden, shown]) expect(await read(id, 'id')).toEqual({ id });
    for (const each of [
      '{ invoices { totalCount } }',
      '{ invoiceLines { totalCount } }',
      '{ invoiceSeries { totalCount } }',
    ])
      expect((await consultant.graphql(each)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await client.graphql('{ invoiceSeries { totalCount } }')).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  it('without the history of their drafts by a CLIENT that reads the log', async () => {
    await run(
      await company.as('OWNER'),
      'setPermission',
      { role: 'CLIENT', permission: 'EVENT_READ', granted: true },
      'role',
    );
    const id = await draft({ note: 'Too dear for them' });
    const { invoiceLine } = await addLine(id, '900');
    await run(manager, 'updateInvoiceLine', { id: invoiceLine.id, unitPrice: '100' });
    await issue(id);
    await settledLog(company);
    const log = 'query ($id: ID!) { events(where: { resource: $id }) { nodes { action } } }';
    const actions = async (member: Member, of: string) =>
      (await member.ok(log, { id: of })).events.nodes.map(({ action }: { action: string }) => action);
    expect(await actions(manager, id)).toContain('invoice.totalled');
    expect(await actions(manager, invoiceLine.id)).toEqual(['invoiceLine.created', 'invoiceLine.updated']);
    expect(await actions(client, id)).toEqual(['invoice.issued']);
    expect(await actions(client, invoiceLine.id)).toEqual([]);
  });

  it('by their writers, who need project:read-all for invoices of no project', async () => {
    const owner = await company.as('OWNER');
    const writer = await company.member('MEMBER');
    for (const permission of ['INVOICE_READ', 'INVOICE_WRITE'])
      await run(owner, 'setPermission', { role: 'MEMBER', permission, granted: true }, 'role');
    const refused = { code: 'FORBIDDEN', field: 'input.projectId' };
    const make = (input: object) => run(writer, 'createInvoice', { clientId, ...input }, 'invoice { id }');
    expect(await make({})).toMatchObject(refused);
    const { invoice } = await make({ projectId });
    expect(invoice).toEqual({ id: expect.any(String) });
    const change = () => run(writer, 'updateInvoice', { id: invoice.id, projectId: null }, 'invoice { id }');
    expect(await change()).toMatchObject(refused);
    await run(owner, 'setPermission', { role: 'MEMBER', permission: 'PROJECT_READ_ALL', granted: true }, 'role');
    expect(await change()).toEqual({ invoice });
  });

  it.each(['createInvoice', 'createInvoiceSeries', 'issueInvoice'])('and %s is refused to a CLIENT', async (name) => {
    const id = await draft();
    const inputs: Record<string, object> = {
      createInvoice: { clientId },
      createInvoiceSeries: { name: 'Mine', prefix: 'X-' },
      issueInvoice: { id, seriesId },
    };
    for (const member of [client, consultant])
      expect(await run(member, name, inputs[name]!)).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('with lines and parties in one statement', async () => {
    const document = `{ invoices(first: 20) { nodes { number client { name } vatLines { amount } seller { legalName }
      buyer { legalName } lines { nodes { name netAmount } } } } }`;
    expect((await manager.graphql(document)).statements).toHaveLength(1);
    expect((await client.graphql(document)).errors).toEqual([]);
  });
});
