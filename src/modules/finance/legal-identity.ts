import { isNull } from 'drizzle-orm';
import { z } from 'zod';
import { lockRule } from '../../access/rule-lock.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { defineResource } from '../events/resource.ts';
import { isSiren, isSiret } from './company-numbers.ts';
import { isIban } from './iban.ts';
import { mostDays } from './payment-terms.ts';
import { readableIdentities } from './policy.ts';
import { legalIdentities } from './tables.ts';
import { isVatNumber } from './vat-number.ts';

/** A number that people write with spaces. */
const number = (most: number, holds: (text: string) => boolean, message: string) =>
  z
    .string()
    .max(most * 2)
    .overwrite((text) => text.replaceAll(/[ \u00a0\u202f]/g, '').toUpperCase())
    .refine(holds, message);

const ofPerson = {
  whose: { person: 'The client, if it is a natural person' },
  why: 'Must be on invoices.',
  keep: 'As long as the client exists; invoices keep a copy for 10 years after the close of their year.',
  erase: 'CLEAR',
} as const;

const writes = [
  ...['legalName', 'legalForm', 'shareCapital', 'siren', 'siret', 'vatNumber', 'street', 'postalCode'],
  ...['city', 'countryCode', 'electronicAddress', 'buyerReference', 'iban', 'bic', 'vatRegime', 'vatOnDebits'],
  ...['consumer', 'paymentDays', 'paymentMonthEnd'],
] as const;

defineResource('legalIdentities', {
  name: 'LegalIdentity',
  nouns: 'legal identities',
  description: 'What invoices say of the organization or of a client: names, numbers, address and payment terms.',
  module: 'finance',
  read: readableIdentities,
  write: 'invoice:write',
  fields: {
    client: {
      description: 'The client; null for the identity of the organization itself.',
      listDescription: 'The legal identity of this client: at most one.',
    },
    legalName: { description: 'Registered name.', personal: { ...ofPerson, erase: 'PSEUDONYMISE' } },
    legalForm: { description: 'Legal form, such as SAS.', max: 100, personal: false },
    shareCapital: { description: 'Share capital.', type: 'Money' },
    siren: {
      description: 'SIREN: nine digits, of which the last is a check digit.',
      max: 9,
      check: number(9, isSiren, 'not a SIREN'),
      personal: ofPerson,
    },
    siret: {
      description: 'SIRET of the establishment: its SIREN and five digits.',
      max: 14,
      check: number(14, isSiret, 'not a SIRET'),
      personal: ofPerson,
    },
    vatNumber: {
      description: 'VAT number.',
      max: 15,
      check: number(15, isVatNumber, 'not a VAT number'),
      personal: ofPerson,
    },
    street: { description: 'Street and number.', max: 300, personal: ofPerson },
    postalCode: { description: 'Postal code.', max: 20, personal: ofPerson },
    city: { description: 'Town.', max: 200, personal: ofPerson },
    countryCode: {
      description: 'Country (ISO 3166-1 alpha-2).',
      max: 2,
      check: number(2, (text) => /^[A-Z]{2}$/.test(text), 'not a country code of two letters'),
      personal: false,
    },
    electronicAddress: { description: 'Address for electronic invoices.', max: 125, personal: ofPerson },
    buyerReference: { description: 'The reference that the client wants on its invoices.', max: 200, personal: false },
    iban: {
      description: 'IBAN.',
      max: 34,
      check: number(34, isIban, 'not an IBAN'),
      filtered: false,
      sorted: false,
      personal: ofPerson,
    },
    bic: {
      description: 'BIC.',
      max: 11,
      check: number(11, (text) => /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(text), 'not a BIC'),
      personal: false,
    },
    vatRegime: {
      description: 'How often it declares VAT.',
      values: {
        MONTHLY: 'Each month.',
        QUARTERLY: 'Each quarter.',
        SIMPLIFIED: 'Once a year, with instalments.',
        FRANCHISE: 'Never: it charges no VAT.',
      },
    },
    vatOnDebits: 'Whether VAT is due when an invoice is issued rather than when it is paid.',
    consumer: 'Whether it buys as a consumer rather than as a business.',
    paymentDays: { description: 'Days that the client has to pay an invoice; 30 by default.', min: 0, max: 365 },
    paymentMonthEnd: {
      description: 'How the days to pay relate to the end of the month.',
      values: {
        NONE: 'They count from the issue date alone.',
        DAYS_THEN_MONTH_END: 'Payment is due at the end of the month in which they end.',
        MONTH_END_THEN_DAYS: 'They count from the end of the month of the issue date.',
      },
    },
  },
  list: 'The legal identities of the organization and of its clients.',
  create: {
    description: 'Creates the legal identity of a client or, without a client, of the organization.',
    writes: ['clientId', ...writes],
    before: async ({ tx, values }) => {
      if (!values.clientId) await requireNone(tx);
      checkIdentity(values);
    },
  },
  update: { writes, before: ({ next }) => checkIdentity(next) },
  upsert: 500,
  delete: true,
});

/** Throws ALREADY_EXISTS if the organization has its identity. */
async function requireNone(tx: TenantTx): Promise<void> {
  lockRule(tx, 'identity of the organization');
  const [other] = await tx
    .select({ id: legalIdentities.id })
    .from(legalIdentities)
    .where(isNull(legalIdentities.clientId));
  if (!other) return;
  throw new AppError('ALREADY_EXISTS', 'The organization has its legal identity already', { field: 'input.clientId' });
}

type Identity = Partial<
  Pick<typeof legalIdentities.$inferSelect, 'siren' | 'siret' | 'consumer' | 'paymentDays' | 'paymentMonthEnd'>
>;

/** Throws BAD_INPUT for numbers that contradict each other, and for terms longer than the law allows. */
function checkIdentity({ siren, siret, consumer, paymentDays = 30, paymentMonthEnd = 'NONE' }: Identity): void {
  if (siret && !siren) throw badInput('needs the SIREN', 'input.siret');
  if (siret && siren && !siret.startsWith(siren)) throw badInput('must start with the SIREN', 'input.siret');
  const most = mostDays({ monthEnd: paymentMonthEnd });
  if (!consumer && paymentDays > most)
    throw badInput(`must be at most ${most} between businesses (C. com. L441-10)`, 'input.paymentDays');
}
