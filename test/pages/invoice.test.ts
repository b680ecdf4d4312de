import { beforeAll, describe, expect, it } from 'vitest';
import { create, withFinance, withIdentities } from '../finance/support.ts';
import { createClient } from '../projects/support.ts';
import { memberPassword as password, withPassword } from '../support/password.ts';
import { run } from '../support/run.ts';
import { served } from '../support/served.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { Visitor } from './visitor.ts';

describe('the page of an invoice', async () => {
  const here = await world();
  const { origin } = await served(here);
  let company: Company;
  let manager: Member;
  let contact: Member;
  let clientId: string;
  let seriesId: string;
  beforeAll(async () => {
    company = await withFinance(here, await here.company('Printed'));
    manager = await company.as('MANAGER');
    contact = await company.as('CLIENT');
    clientId = await createClient(manager, { contactId: `Profile:${contact.profileId}` });
    await withIdentities(manager, clientId);
    seriesId = await create(manager, 'InvoiceSeries', { name: 'Sales', prefix: 'F2026-', nextNumber: 41 });
  });

  async function visit(member: Member, id: string, language = 'fr'): Promise<{ status: number; text: string }> {
    await withPassword(member);
    const visitor = new Visitor(origin, language);
    await visitor.post('/sign-in', { email: member.user.email, password });
    const response = await visitor.get(`/t/${company.tenant.slug}/invoices/${id.split(':')[1]}`);
    return { status: response.status, text: (await response.text()).replaceAll(/[\u00a0\u202f]/g, ' ') };
  }

  async function invoice(input: object, lines: readonly object[]): Promise<string> {
    const invoiceId = await create(manager, 'Invoice', { clientId, ...input });
    for (const line of lines)
      await create(manager, 'InvoiceLine', { invoiceId, name: 'Work <b>', unitPrice: '1', vatRate: '20', ...line });
    return invoiceId;
  }

  it('says what French law asks for, with the amounts of the vector, to the client once it is issued', async () => {
    const days = { unit: 'DAY' };
    const id = await invoice({ orderNumber: 'BC-7', periodStart: '2026-09-01', periodEnd: '2026-09-30' }, [
      { quantity: '18.5', unitPrice: '650', ...days },
      { quantity: '12.25', unitPrice: '517.35', discount: '100', ...days },
      { quantity: '7.3333', unitPrice: '89.90', unit: 'HUR' },
      { unitPrice: '142.73', vatRate: '10' },
      { kind: 'ALLOWANCE', name: 'Loyalty', unitPrice: '250' },
      { kind: 'CHARGE', name: 'Travel', unitPrice: '35' },
    ]);
    const draft = await visit(manager, id);
    expect(draft.text).toContain('Facture Brouillon');
    expect((await visit(contact, id)).status).toBe(404);
    await run(manager, 'issueInvoice', { id, seriesId });
    const { status, text } = await visit(contact, id);
    expect(status).toBe(200);
    for (const part of [
      ...[
        'Facture F2026-0041',
        'Atelier',
        'Initech',
        'SIREN 200000008',
        'N° de TVA FR88100000009',
        '1 rue des Ateliers',
      ],
      ...['Work &lt;b&gt;', '18,5 jours', '7,3333 heures', '12 025,00 €', '6 237,54 €', '659,26 €', '−250,00 €'],
      ...['18 706,80 €', '3 741,36 €', '142,73 €', '14,27 €', '18 849,53 €', '3 755,63 €', '22 605,16 €'],
      ...['BC-7', '2026-09-01 – 2026-09-30', 'Prestations de services', 'indemnité forfaitaire de 40 EUR'],
      'Pas d’escompte pour paiement anticipé',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('Autoliquidation');
    const english = await visit(contact, id, 'en');
    for (const part of ['Invoice F2026-0041', '18.5 days', '€22,605.16']) expect(english.text).toContain(part);
    const note = await invoice({ creditedInvoiceId: id }, [{ quantity: '1.25', unitPrice: '517.35' }]);
    await run(manager, 'issueInvoice', { id: note, seriesId });
    const credit = (await visit(contact, note)).text;
    for (const part of ['Avoir F2026-0042', 'F2026-0041 (', '646,69 €', '776,03 €']) expect(credit).toContain(part);
    expect(credit).not.toContain('indemnité');
  });

  it('names reverse charge and its reason, and VAT in the organization’s currency', async () => {
    const reverse = { vatCategory: 'AE', vatRate: '0', exemptionReason: 'VATEX-EU-AE' };
    const id = await invoice({ currency: 'USD', exchangeRate: '0.5' }, [
      { unitPrice: '9876543210.123456', ...reverse },
    ]);
    await run(manager, 'issueInvoice', { id, seriesId });
    const { text } = await visit(manager, id);
    // Digits that a floating-point number would lose
    for (const part of ['Autoliquidation', 'VATEX-EU-AE', 'TVA en EUR', '9 876 543 210,123456', '9 876 543 210,12 $US'])
      expect(text).toContain(part);
  });

  it('is not found by others nor without the module, and asks strangers to sign in', async () => {
    const id = await invoice({}, [{}]);
    await run(manager, 'issueInvoice', { id, seriesId });
    for (const member of [await company.member('CLIENT'), await company.as('CONSULTANT')])
      expect((await visit(member, id)).status).toBe(404);
    const path = `/t/${company.tenant.slug}/invoices/${id.split(':')[1]}`;
    expect((await new Visitor(origin).get(path)).status).toBe(401);
    const without = await here.company('Bare');
    const owner = await without.as('OWNER');
    await withPassword(owner);
    const visitor = new Visitor(origin, 'fr');
    await visitor.post('/sign-in', { email: owner.user.email, password });
    const there = path.replace(`/t/${company.tenant.slug}/`, `/t/${without.tenant.slug}/`);
    expect((await visitor.get(there)).status).toBe(404);
  });
});
