import { beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { create, withFinance, withIdentities } from './support.ts';

const server = await world();
const company = await withFinance(server, await server.company('Advance'));
let manager: Member;
let client: Member;
let clientId: string;
let seriesId: string;

beforeAll(async () => {
  manager = await company.as('MANAGER');
  client = await company.as('CLIENT');
  clientId = await createClient(manager, { contactId: `Profile:${client.profileId}` });
  await withIdentities(manager, clientId);
  seriesId = await create(manager, 'InvoiceSeries', { name: 'Sales', prefix: 'F2026-', nextNumber: 43 });
});

type Line = [unitPrice: string, vatRate?: string];

async function draft(lines: readonly Line[], more: object = {}): Promise<string> {
  const invoiceId = await create(manager, 'Invoice', { clientId, ...more });
  for (const [unitPrice, vatRate = '20'] of lines)
    await create(manager, 'InvoiceLine', { invoiceId, name: 'Work', unitPrice, vatRate });
  return invoiceId;
}
const issue = (id: string) => run(manager, 'issueInvoice', { id, seriesId }, 'invoice { number }');
async function downPayment(lines: readonly Line[] = [['3000']], more: object = {}): Promise<string> {
  const id = await draft(lines, { kind: 'DOWN_PAYMENT', ...more });
  await issue(id);
  return id;
}
const takeBack = (id: string, downPaymentId: string, by = manager) =>
  run(by, 'takeBackDownPayment', { id, downPaymentId }, 'invoice { id }');
const read = async (id: string, fields: string, by = manager) =>
  (await by.ok(`query ($id: ID!) { node(id: $id) { ... on Invoice { ${fields} } } }`, { id })).node;
const totals = 'netTotal vatTotal grossTotal outstandingTotal';

describe('a down payment', () => {
  it('is taken back by the final invoice as a negative line with its VAT', async () => {
    const advance = await downPayment();
    expect(await read(advance, `kind number ${totals}`)).toEqual({
      ...{ kind: 'DOWN_PAYMENT', number: 'F2026-0043', netTotal: '3000', vatTotal: '600', grossTotal: '3600' },
      outstandingTotal: '3600',
    });
    const final = await draft([['10000']]);
    expect(await takeBack(final, advance)).toEqual({ invoice: { id: final } });
    await issue(final);
    const lines = 'lines { nodes { name quantity unitPrice netAmount downPayment { number } } }';
    const found = await read(final, `number ${totals} ${lines}`, client);
    expect(found).toMatchObject({
      ...{ number: 'F2026-0044', netTotal: '7000', vatTotal: '1400', grossTotal: '8400', outstandingTotal: '8400' },
    });
    expect(found.lines.nodes[1]).toEqual({
      ...{ name: expect.stringMatching(/^F2026-0043 \(\d{4}-\d\d-\d\d\)$/), quantity: '-1', unitPrice: '3000' },
      ...{ netAmount: '-3000', downPayment: { number: 'F2026-0043' } },
    });
    await run(manager, 'payInvoice', { invoiceId: advance, amount: '3600', receivedOn: '2026-11-02' });
    expect(await read(advance, 'status outstandingTotal')).toEqual({ status: 'PAID', outstandingTotal: '0' });
  });

  it('is taken back once, however many ask at the same time, and again once that draft is gone', async () => {
    const advance = await downPayment();
    const finals = await Promise.all(Array.from({ length: 6 }, () => draft([['5000']])));
    const outcomes = await Promise.all(finals.map((id) => takeBack(id, advance)));
    const taken = finals.filter((_, place) => outcomes[place].invoice);
    expect(taken).toHaveLength(1);
    const [other] = finals.filter((id) => !taken.includes(id));
    const refused = { code: 'INVALID_STATE', field: 'input.downPaymentId' };
    expect(await takeBack(other!, advance)).toMatchObject(refused);
    await run(manager, 'cancelInvoice', { id: taken[0] });
    expect(await takeBack(other!, advance)).toEqual({ invoice: { id: other } });
    const [, { id }] = (await read(other!, 'lines { nodes { id } }')).lines.nodes;
    expect(await run(manager, 'updateInvoiceLine', { id, unitPrice: '1' })).toMatchObject({ code: 'INVALID_STATE' });
    await run(manager, 'deleteInvoiceLine', { id });
    expect(await read(other!, 'netTotal')).toEqual({ netTotal: '5000' });
    expect(await takeBack(await draft([['5000']]), advance)).toHaveProperty('invoice.id');
  });

  it('is credited before it is taken back, not afterwards; what is left of each rate is taken back', async () => {
    const advance = await downPayment([
      ['1000', '20'],
      ['500', '10'],
      ['50', '5.5'],
    ]);
    for (const [unitPrice, vatRate] of [
      ['400', '20'],
      ['500', '10'],
    ])
      await issue(await draft([[unitPrice!, vatRate!]], { creditedInvoiceId: advance }));
    const final = await draft([
      ['2000', '20'],
      ['100', '5.5'],
    ]);
    await takeBack(final, advance);
    expect(await read(final, 'vatLines { vatRate basis }')).toEqual({
      vatLines: [
        { vatRate: '20', basis: '1400' },
        { vatRate: '5.5', basis: '50' },
      ],
    });
    const note = await draft([['1', '20']], { creditedInvoiceId: advance });
    expect(await issue(note)).toMatchObject({ code: 'INVALID_STATE', field: 'input.id' });
    const whole = await downPayment();
    await issue(await draft([['3000']], { creditedInvoiceId: whole }));
    expect(await read(whole, 'status')).toEqual({ status: 'CREDITED' });
    expect(await takeBack(await draft([['5000']]), whole)).toMatchObject({ code: 'INVALID_STATE' });
  });

  it('is of the client and the currency of the draft that takes it back, and issued', async () => {
    const final = await draft([['5000']]);
    const unissued = await draft([['1']], { kind: 'DOWN_PAYMENT' });
    const invoice = await draft([['1']]);
    await issue(invoice);
    const dollars = await downPayment([['1']], { currency: 'USD', exchangeRate: '0.5' });
    const other = await createClient(manager);
    const elsewhere = await create(manager, 'Invoice', { clientId: other });
    const refused = { code: 'BAD_INPUT', field: 'input.downPaymentId' };
    for (const id of [unissued, invoice, dollars, final]) expect(await takeBack(final, id)).toMatchObject(refused);
    expect(await takeBack(elsewhere, await downPayment())).toMatchObject(refused);
    const taking = await draft([['5000']]);
    await takeBack(taking, await downPayment());
    for (const [name, more] of [
      ['clientId', { clientId: other }],
      ['currency', { currency: 'USD', exchangeRate: '0.5' }],
    ] as const)
      expect(await run(manager, 'updateInvoice', { id: taking, ...more }, 'invoice { id }')).toMatchObject({
        ...{ code: 'INVALID_STATE', field: `input.${name}` },
      });
    expect(await run(manager, 'updateInvoice', { id: taking, note: 'Thanks' }, 'invoice { id }')).toEqual({
      invoice: { id: taking },
    });
    expect(await takeBack(unissued, await downPayment())).toMatchObject({ code: 'BAD_INPUT', field: 'input.id' });
    expect(await takeBack(invoice, await downPayment())).toMatchObject({ code: 'INVALID_STATE', field: 'input.id' });
    for (const by of [client, await company.as('CONSULTANT')])
      expect(await takeBack(final, dollars, by)).toMatchObject({ code: 'FORBIDDEN' });
    for (const input of [{ kind: 'CREDIT_NOTE' }, { kind: 'DOWN_PAYMENT', creditedInvoiceId: invoice }])
      expect(await run(manager, 'createInvoice', { clientId, ...input }, 'invoice { id }')).toMatchObject({
        ...{ code: 'BAD_INPUT', field: 'input.kind' },
      });
  });
});
