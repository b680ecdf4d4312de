import { builder } from '../../graphql/declare/builder.ts';
import { registerPersonalData } from '../../graphql/declare/personal-data.ts';
import type { Party, VatLine } from './tables.ts';
import { VatCategory } from './vat-category.ts';

const text = (description: string) => ({ description, nullable: true }) as const;

export const InvoiceParty = builder.objectRef<Party>('InvoiceParty').implement({
  description: 'The seller or the buyer of an invoice, as it was when the invoice was issued.',
  fields: (t) => ({
    legalName: t.exposeString('legalName', { description: 'Registered name.' }),
    legalForm: t.exposeString('legalForm', text('Legal form, such as SAS.')),
    shareCapital: t.expose('shareCapital', { type: 'Decimal', nullable: true, description: 'Share capital.' }),
    siren: t.exposeString('siren', text('SIREN.')),
    siret: t.exposeString('siret', text('SIRET.')),
    vatNumber: t.exposeString('vatNumber', text('VAT number.')),
    street: t.exposeString('street', text('Street and number.')),
    postalCode: t.exposeString('postalCode', text('Postal code.')),
    city: t.exposeString('city', text('Town.')),
    countryCode: t.exposeString('countryCode', { description: 'Country (ISO 3166-1 alpha-2).' }),
    electronicAddress: t.exposeString('electronicAddress', text('Address for electronic invoices.')),
    buyerReference: t.exposeString('buyerReference', text('The reference that the client wants on its invoices.')),
    iban: t.exposeString('iban', text('IBAN.')),
    bic: t.exposeString('bic', text('BIC.')),
    vatOnDebits: t.exposeBoolean('vatOnDebits', {
      description: 'Whether VAT is due when an invoice is issued rather than when it is paid.',
    }),
    consumer: t.exposeBoolean('consumer', {
      description: 'Whether it buys as a consumer rather than as a business.',
    }),
  }),
});

export const InvoiceVatLine = builder.objectRef<VatLine>('InvoiceVatLine').implement({
  description: 'The basis and the VAT of all lines with one category and rate, in the currency of the invoice.',
  fields: (t) => ({
    vatCategory: t.expose('vatCategory', { type: VatCategory, description: 'The category.' }),
    vatRate: t.expose('vatRate', { type: 'Decimal', nullable: true, description: 'Percent; null in category O.' }),
    basis: t.expose('basis', { type: 'Decimal', description: 'The amount that is taxed (BT-116).' }),
    amount: t.expose('amount', { type: 'Decimal', description: 'The VAT (BT-117).' }),
    exemptionReason: t.exposeString('exemptionReason', text('Why no VAT is due.')),
  }),
});

const kept = {
  whose: { person: 'The client, if it is a natural person' },
  why: 'Must be on invoices.',
  keep: '10 years after the close of the year of the invoice.',
  erase: 'KEEP',
} as const;

registerPersonalData('invoices', { seller: false, buyer: kept });
