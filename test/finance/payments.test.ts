import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { create, withFinance, withIdentities } from './support.ts';

const server = await world();
const company = await withFinance(server, await server.company('Paid'));
let manager: Member;
let client: Member;
let clientId: string;
let seriesId: string;

beforeAll(async () => {
  manager = await company.as('MANAGER');
  client = await company.as('CLIENT');
  clientId = await createClient(manager, { contactId: `Profile:${client.profileId}` });
  await withIdentities(manager, clientId);
  seriesId = await create(manager, 'InvoiceSeries', { name: 'Sales', prefix: 'F-' });
});

type Line = [quantity: string, unitPrice: string, vatRate?: string];

async function draft(lines: readonly Line[], more: object = {}): Promise<string> {
  const invoiceId = await create(manager, 'Invoice', { clientId, ...more });
  for (const [quantity, unitPrice, vatRate = '20'] of lines)
    await create(manager, 'InvoiceLine', { invoiceId, name: 'Work', quantity, unitPrice, vatRate });
  return invoiceId;
}
const issue = (id: string) => run(manager, 'issueInvoice', { id, seriesId }, 'invoice { id kind dueDate }');
async function issued(lines: readonly Line[], more: object = {}): Promise<string> {
  const id = await draft(lines, more);
  await issue(id);
  return id;
}
const sums = 'status creditedTotal paidTotal outstandingTotal';
const read = async (id: string, fields = sums, by = manager) =>
  (await by.ok(`query ($id: ID!) { node(id: $id) { ... on Invoice { ${fields} } } }`, { id })).node;
const pay = (invoiceId: string, amount: string) =>
  run(manager, 'payInvoice', { invoiceId, amount, receivedOn: '2026-11-02' }, 'payment { id allocatedTotal amount }');

describe('a credit note', () => {
  it('lowers what is left of its invoice, with its number and without a day to pay', async () => {
    const id = await issued([['12.25', '517.35']]);
    const note = await draft([['1.25', '517.35']], { creditedInvoiceId: id });
    expect(await issue(note)).toEqual({ invoice: { id: note, kind: 'CREDIT_NOTE', dueDate: null } });
    expect(await read(note, `netTotal grossTotal ${sums} creditedInvoice { id }`)).toEqual({
      ...{ netTotal: '646.69', grossTotal: '776.03', status: 'ISSUED', creditedInvoice: { id } },
      ...{ creditedTotal: '0', paidTotal: '0', outstandingTotal: '0' },
    });
    const left = { status: 'ISSUED', creditedTotal: '776.03', paidTotal: '0', outstandingTotal: '6829.02' };
    expect(await read(id)).toEqual(left);
    expect(await read(id, `creditNotes { nodes { id } }`, client)).toEqual({ creditNotes: { nodes: [{ id: note }] } });
  });

  it('of the whole amount makes its invoice CREDITED, and another one is refused', async () => {
    const id = await issued([['1', '100']]);
    for (const unitPrice of ['60', '40']) await issue(await draft([['1', unitPrice]], { creditedInvoiceId: id }));
    expect(await read(id)).toMatchObject({ status: 'CREDITED', outstandingTotal: '0' });
    const more = await draft([['1', '0.01']], { creditedInvoiceId: id });
    expect(await issue(more)).toMatchObject({ code: 'INVALID_STATE', creditedTotal: '120.00' });
  });

  it('that takes the rest of a rate takes the rest of its VAT, and none takes more than is left', async () => {
    const id = await issued([
      ['1', '100', '5.5'],
      ['1', '0.10', '20'],
    ]);
    const notes: string[] = [];
    for (const [unitPrice, small] of [
      ['33.33', '0.03'],
      ['33.33', '0.03'],
      ['33.34', '0.04'],
    ] as const) {
      const lines = [['1', unitPrice, '5.5'] as const, ['1', small, '20'] as const];
      notes.push(await draft(lines as unknown as Line[], { creditedInvoiceId: id }));
      await issue(notes.at(-1)!);
    }
    const vat = await Promise.all(
      notes.map((note) => read(note, 'vatTotal vatLines { amount } convertedVatTotal { amount }')),
    );
    expect(vat.map(({ vatLines }) => vatLines.map(({ amount }: { amount: string }) => amount))).toEqual([
      // 5.50 of the first rate: 1.83 + 1.83 + 1.84; 0.02 of the second one: 0.01 + 0.01 + 0
      ['0.01', '1.83'],
      ['0.01', '1.83'],
      ['0', '1.84'],
    ]);
    expect(vat[2]).toMatchObject({ vatTotal: '1.84', convertedVatTotal: { amount: '1.84' } });
    expect(await read(id)).toMatchObject({ status: 'CREDITED', creditedTotal: '105.62', outstandingTotal: '0' });
  });

  it('exceeds its invoice in no rate of VAT, and has no negative amounts', async () => {
    const id = await issued([
      ['1', '100', '20'],
      ['1', '100', '10'],
    ]);
    for (const lines of [[['1', '100.01', '10']], [['1', '1', '5.5']], [['-1', '1', '20']]] as const) {
      const note = await draft(lines as unknown as Line[], { creditedInvoiceId: id });
      expect(await issue(note)).toMatchObject({ code: 'INVALID_STATE', field: 'input.id' });
    }
    expect(await read(id)).toMatchObject({ creditedTotal: '0' });
  });

  it('is of an issued invoice, its client and its currency', async () => {
    const unissued = await draft([['1', '1']]);
    const id = await issued([['1', '1']], { currency: 'USD', exchangeRate: '0.5' });
    const make = (input: object) => run(manager, 'createInvoice', { clientId, ...input }, 'invoice { currency }');
    const refused = (field: string) => ({ code: 'BAD_INPUT', field: `input.${field}` });
    expect(await make({ creditedInvoiceId: unissued })).toMatchObject(refused('creditedInvoiceId'));
    expect(await make({ creditedInvoiceId: id, currency: 'EUR' })).toMatchObject(refused('currency'));
    const other = await createClient(manager);
    expect(await make({ creditedInvoiceId: id, clientId: other })).toMatchObject(refused('clientId'));
    expect(await make({ creditedInvoiceId: id })).toEqual({ invoice: { currency: 'USD' } });
  });

  it('has its own lines at a rate, and as many as it needs', async () => {
    const two = await issued([
      ['1', '60'],
      ['1', '40'],
    ]);
    expect(await issue(await draft([['1', '50']], { creditedInvoiceId: two }))).not.toHaveProperty('code');
    const one = await issued([['1', '100']]);
    const parts = [
      ['1', '30'],
      ['1', '20'],
    ] as const;
    expect(await issue(await draft(parts as never, { creditedInvoiceId: one }))).not.toHaveProperty('code');
    for (const id of [two, one]) expect(await read(id)).toMatchObject({ creditedTotal: '60', outstandingTotal: '60' });
  });

  it('never exceeds its invoice together with others that are issued at the same time', async () => {
    const id = await issued([['1', '100']]);
    const notes: string[] = [];
    for (let at = 0; at < 8; at++) notes.push(await draft([['1', '30']], { creditedInvoiceId: id }));
    const outcomes = await Promise.all(notes.map(issue));
    expect(outcomes.filter((outcome) => outcome.code === 'INVALID_STATE')).toHaveLength(5);
    expect(await read(id)).toMatchObject({ creditedTotal: '108', outstandingTotal: '12' });
  });
});

describe('a payment', () => {
  it('pays in part, then the rest; what is over stays as credit', async () => {
    const id = await issued([['1', '100']]);
    expect(await pay(id, '50')).toEqual({ payment: { id: expect.any(String), allocatedTotal: '50', amount: '50' } });
    expect(await read(id)).toMatchObject({ status: 'PARTLY_PAID', paidTotal: '50', outstandingTotal: '70' });
    expect(await pay(id, '100')).toMatchObject({ payment: { allocatedTotal: '70', amount: '100' } });
    expect(await read(id)).toMatchObject({ status: 'PAID', paidTotal: '120', outstandingTotal: '0' });
    expect(await pay(id, '5')).toMatchObject({ payment: { allocatedTotal: '0' } });
  });

  it('pays several invoices, up to what is left of both', async () => {
    const [one, other] = [await issued([['1', '100']]), await issued([['1', '50']])];
    const paymentId = await create(manager, 'Payment', { clientId, amount: '150', receivedOn: '2026-11-02' });
    const allocate = (invoiceId: string, amount: string) =>
      run(manager, 'createPaymentAllocation', { paymentId, invoiceId, amount }, 'paymentAllocation { id }');
    const first = await allocate(one, '120');
    expect(await allocate(other, '30.01')).toMatchObject({
      code: 'INVALID_STATE',
      field: 'input.amount',
      left: '30.00',
    });
    await allocate(other, '30');
    expect(await read(other)).toMatchObject({ status: 'PARTLY_PAID', outstandingTotal: '30' });
    expect(await run(manager, 'deletePayment', { id: paymentId })).toMatchObject({ code: 'IN_USE' });
    expect(await run(manager, 'updatePayment', { id: paymentId, amount: '149' })).toMatchObject({ code: 'BAD_INPUT' });
    await run(manager, 'deletePaymentAllocation', { id: first.paymentAllocation.id });
    expect(await read(one)).toMatchObject({ status: 'ISSUED', paidTotal: '0', outstandingTotal: '120' });
    expect(await allocate(other, '31')).toMatchObject({ code: 'INVALID_STATE', left: '30.00' });
  });

  it('pays issued invoices of its client and currency', async () => {
    const [unissued, dollars] = [
      await draft([['1', '1']]),
      await issued([['1', '1']], { currency: 'USD', exchangeRate: '0.5' }),
    ];
    const paymentId = await create(manager, 'Payment', { clientId, amount: '10', receivedOn: '2026-11-02' });
    for (const invoiceId of [unissued, dollars])
      expect(await run(manager, 'createPaymentAllocation', { paymentId, invoiceId, amount: '1' })).toMatchObject({
        ...{ code: 'BAD_INPUT', field: 'input.invoiceId' },
      });
    expect(await pay(unissued, '1')).toMatchObject({ code: 'BAD_INPUT', field: 'input.invoiceId' });
  });

  it('is recorded only by members who see payments', async () => {
    const owner = await company.as('OWNER');
    const accountant = await company.member('MEMBER');
    for (const permission of ['INVOICE_READ', 'PAYMENT_WRITE'])
      await run(owner, 'setPermission', { role: 'MEMBER', permission, granted: true }, 'role');
    const projectId = await createProject(manager, { clientId });
    const id = await issued([['1', '100']], { projectId });
    const refused = { code: 'FORBIDDEN' };
    const input = { invoiceId: id, amount: '1', receivedOn: '2026-11-02' };
    expect(await run(accountant, 'payInvoice', input, 'payment { id }')).toMatchObject(refused);
    const payment = { clientId, amount: '1', receivedOn: '2026-11-02' };
    expect(await run(accountant, 'createPayment', payment, 'payment { id }')).toMatchObject(refused);
    await run(owner, 'setPermission', { role: 'MEMBER', permission: 'PROJECT_READ_ALL', granted: true }, 'role');
    expect(await run(accountant, 'payInvoice', input, 'payment { amount }')).toEqual({ payment: { amount: '1' } });
  });

  it('of the same invoice by many at once pays it once', async () => {
    const id = await issued([['1', '100']]);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => pay(id, '50')));
    const taken = outcomes.map(({ payment }) => Number(payment.allocatedTotal)).sort((a, b) => a - b);
    expect(taken).toEqual([0, 0, 0, 0, 0, 0, 0, 20, 50, 50]);
    expect(await read(id)).toMatchObject({ status: 'PAID', outstandingTotal: '0' });
  });

  it('is hidden from clients and consultants', async () => {
    for (const member of [client, await company.as('CONSULTANT')]) {
      const { errors } = await member.graphql('{ payments { totalCount } }');
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    const id = await issued([['1', '100']]);
    expect(await run(client, 'payInvoice', { invoiceId: id, amount: '1', receivedOn: '2026-11-02' })).toMatchObject({
      code: 'FORBIDDEN',
    });
    await pay(id, '20');
    expect(await read(id, `${sums} allocations { totalCount }`, client)).toMatchObject({
      ...{ status: 'PARTLY_PAID', outstandingTotal: '100', allocations: { totalCount: 0 } },
    });
  });
});

it('amounts in several currencies are aggregated by currency only', async () => {
  const other = await createClient(manager);
  await withIdentities(manager, other);
  for (const [currency, exchangeRate, unitPrice] of [
    ['EUR', '1', '100'],
    ['USD', '0.5', '10'],
    ['USD', '0.5', '30'],
  ] as const)
    await create(manager, 'InvoiceLine', {
      ...{ invoiceId: await create(manager, 'Invoice', { clientId: other, currency, exchangeRate }), name: 'Work' },
      ...{ unitPrice, vatRate: '20' },
    });
  const where = `where: { clientId: { eq: "${other}" } }`;
  const byCurrency = `{ invoicesAggregate(groupBy: [{ currency: true }], ${where}) {
    keys { currency } count sum(of: NET_TOTAL) converted: sum(of: CONVERTED_NET_TOTAL) } }`;
  const { data, statements } = await manager.graphql(byCurrency);
  expect(statements).toHaveLength(1);
  expect(data?.invoicesAggregate).toEqual([
    { keys: { currency: 'EUR' }, count: 1, sum: '100', converted: '100' },
    { keys: { currency: 'USD' }, count: 2, sum: '40', converted: '20' },
  ]);
  const converted = `{ invoicesAggregate(${where}) { count sum(of: CONVERTED_NET_TOTAL) } }`;
  expect((await manager.ok(converted)).invoicesAggregate).toEqual([{ count: 3, sum: '120' }]);
  for (const document of [
    `{ invoicesAggregate(${where}) { sum(of: NET_TOTAL) } }`,
    `{ invoicesAggregate(groupBy: [{ status: true }], ${where}) { count max(of: OUTSTANDING_TOTAL) } }`,
    `{ invoicesAggregate(${where}, having: { avg: { grossTotal: { gt: 1 } } }) { count } }`,
    '{ invoiceLinesAggregate(groupBy: [{ invoice: { status: true } }]) { sum(of: NET_AMOUNT) } }',
    '{ paymentsAggregate(orderBy: [{ sum: AMOUNT, direction: ASC }]) { count } }',
  ])
    expect((await manager.graphql(document)).errors).toMatchObject([
      { extensions: { code: 'BAD_INPUT', field: 'groupBy' } },
    ]);
  const lines = '{ invoiceLinesAggregate(groupBy: [{ invoice: { currency: true } }]) { sum(of: NET_AMOUNT) } }';
  expect((await manager.graphql(lines)).errors).toEqual([]);
});

it('what is left equals the total less credits and payments, after any of them', async () => {
  const amount = fc.integer({ min: 1, max: 9000 });
  const step = fc.record({ what: fc.constantFrom('pay', 'credit', 'take back'), amount });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const id = await issued([['1', '100', '10']]);
      let [credited, paid] = [0, 0];
      const payments: { id: string; amount: number }[] = [];
      for (const { what, amount } of steps) {
        const text = (amount / 100).toFixed(2);
        if (what === 'pay') {
          const taken = Math.max(0, Math.min(amount, 11_000 - credited - paid));
          const { payment } = await pay(id, text);
          if (taken) payments.push({ id: payment.id, amount: taken });
          paid += taken;
        } else if (what === 'credit') {
          const note = await draft([['1', text, '10']], { creditedInvoiceId: id });
          const gross = amount + Math.round(amount / 10 + 1e-9);
          const outcome = await issue(note);
          if (outcome.code) expect(credited + gross).toBeGreaterThan(10_990);
          else credited += gross;
        } else {
          const last = payments.pop();
          if (!last) continue;
          const { node } = await manager.ok(
            'query ($id: ID!) { node(id: $id) { ... on Payment { allocations { nodes { id } } } } }',
            { id: last.id },
          );
          await run(manager, 'deletePaymentAllocation', { id: node.allocations.nodes[0].id });
          paid -= last.amount;
        }
        const found = await read(id);
        expect(
          [found.creditedTotal, found.paidTotal, found.outstandingTotal].map((each) => Math.round(each * 100)),
        ).toEqual([credited, paid, 11_000 - credited - paid]);
      }
    }),
    { numRuns: 15 },
  );
});

it('the ageing of invoices groups what is left by days after the last day to pay, in the organization’s currency', async () => {
  const elsewhere = await withFinance(server, await server.company('Late'));
  const [by, contact] = [await elsewhere.as('MANAGER'), await elsewhere.as('CLIENT')];
  const buyer = await createClient(by, { contactId: `Profile:${contact.profileId}` });
  await withIdentities(by, buyer);
  const series = await create(by, 'InvoiceSeries', { name: 'Sales', prefix: 'F-' });
  const bill = async (dueDate: string, unitPrice: string, more: object = {}) => {
    const invoiceId = await create(by, 'Invoice', { clientId: buyer, dueDate, ...more });
    await create(by, 'InvoiceLine', { invoiceId, name: 'Work', unitPrice, vatRate: '20' });
    await run(by, 'issueInvoice', { id: invoiceId, seriesId: series, issueDate: '2026-03-01' });
    return invoiceId;
  };
  await bill('2026-06-30', '100');
  await bill('2026-06-29', '10');
  await bill('2026-05-31', '10');
  await bill('2026-05-30', '10', { currency: 'USD', exchangeRate: '0.5' });
  await bill('2026-04-01', '1');
  const paid = await bill('2026-03-31', '1000');
  await run(by, 'payInvoice', { invoiceId: paid, amount: '1200', receivedOn: '2026-06-01' });
  await create(by, 'Invoice', { clientId: buyer, dueDate: '2026-03-31' });
  const query = '{ invoiceAgeing(day: "2026-06-30") { bucket count outstanding { amount currency } } }';
  const group = (bucket: string, count: number, amount: string) => ({
    ...{ bucket, count, outstanding: { amount, currency: 'EUR' } },
  });
  const expected = [
    group('NOT_DUE', 1, '120'),
    group('FROM_1_TO_30', 2, '24'),
    group('FROM_31_TO_60', 1, '6'),
    group('FROM_61_TO_90', 1, '1.2'),
    group('OVER_90', 0, '0'),
  ];
  const { data, statements } = await by.graphql(query);
  expect(data.invoiceAgeing).toEqual(expected);
  expect(statements).toHaveLength(1);
  expect((await contact.ok(query)).invoiceAgeing).toEqual(expected);
  expect((await (await elsewhere.as('CONSULTANT')).graphql(query)).errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ]);
  await bill('2026-03-31', '2');
  expect((await by.ok(query)).invoiceAgeing[4]).toEqual(group('OVER_90', 1, '2.4'));
});
