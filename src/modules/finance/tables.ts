import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  numeric,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import {
  externalReference,
  instant,
  label,
  lifetime,
  oneOf,
  primaryId,
  table,
  uniqueWithoutCase,
  version,
} from '../../lib/columns.ts';
import { clients } from '../clients/tables.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';
import { timeEntries } from '../time/tables.ts';

export const vatRegimes = ['MONTHLY', 'QUARTERLY', 'SIMPLIFIED', 'FRANCHISE'] as const;
/** The categories of VAT (UNTDID 5305) that invoices use. */
export const vatCategories = ['S', 'Z', 'E', 'AE', 'K', 'G', 'O'] as const;
/** How an agreed number of days relates to the end of a month: not at all, or one after the other. */
export const monthEndRules = ['NONE', 'DAYS_THEN_MONTH_END', 'MONTH_END_THEN_DAYS'] as const;
export const invoiceKinds = ['INVOICE', 'CREDIT_NOTE', 'DOWN_PAYMENT'] as const;
export const invoiceStatuses = ['DRAFT', 'ISSUED', 'PARTLY_PAID', 'PAID', 'CREDITED', 'CANCELLED'] as const;
export const paymentMethods = ['TRANSFER', 'CARD', 'CHEQUE', 'CASH', 'DIRECT_DEBIT', 'OTHER'] as const;
export const invoiceLineKinds = ['ITEM', 'ALLOWANCE', 'CHARGE'] as const;
/** The units of quantities (UN/ECE Recommendation 20). */
export const units = ['DAY', 'HUR', 'C62'] as const;
/** How the work of a project is billed. */
export const billings = ['TIME_AND_MATERIALS', 'FIXED_PRICE', 'INTERNAL'] as const;
export const expenseStatuses = ['DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED'] as const;

/** An amount in the organization's currency. */
const amount = () => numeric({ precision: 14, scale: 2 });

/** What invoices must say of the organization, whose row has no client, and of each client. */
export const legalIdentities = table(
  'legal_identities',
  {
    id: primaryId(),
    clientId: uuid().references(() => clients.id),
    legalName: label().notNull(),
    legalForm: text(),
    shareCapital: amount(),
    siren: text(),
    siret: text(),
    vatNumber: text(),
    street: text(),
    postalCode: text(),
    city: text(),
    countryCode: text().notNull().default('FR'),
    electronicAddress: text(),
    buyerReference: text(),
    iban: text(),
    bic: text(),
    vatRegime: text({ enum: vatRegimes }).notNull().default('MONTHLY'),
    vatOnDebits: boolean().notNull().default(false),
    consumer: boolean().notNull().default(false),
    paymentDays: integer().notNull().default(30),
    paymentMonthEnd: text({ enum: monthEndRules }).notNull().default('NONE'),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('legal_identities_client').on(t.clientId),
    // At most one row is the organization's
    uniqueIndex('legal_identities_organization').on(sql`(true)`).where(sql`${t.clientId} is null`),
    uniqueIndex('legal_identities_external_reference').on(t.externalReference),
    check('legal_identities_vat_regime', oneOf(t.vatRegime, vatRegimes)),
    check('legal_identities_month_end', oneOf(t.paymentMonthEnd, monthEndRules)),
    check('legal_identities_payment_days', sql`${t.paymentDays} between 0 and 365`),
    check('legal_identities_siret', sql`left(${t.siret}, 9) = ${t.siren}`),
  ],
);

/** A client's order for the work of a project: an amount, a number of days, or both. */
export const purchaseOrders = table(
  'purchase_orders',
  {
    id: primaryId(),
    projectId: uuid()
      .notNull()
      .references(() => projects.id),
    number: label().notNull(),
    amount: amount(),
    days: numeric({ precision: 10, scale: 2 }),
    fromDate: date(),
    toDate: date(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('purchase_orders_number').on(t.projectId, sql`extensions.name_key(${t.number})`),
    uniqueIndex('purchase_orders_external_reference').on(t.externalReference),
    check('purchase_orders_dates', sql`${t.toDate} >= ${t.fromDate}`),
    check('purchase_orders_amounts', sql`${t.amount} >= 0 and ${t.days} >= 0`),
  ],
);

/** The budget of a project. A revision never changes; the highest one holds. */
export const projectBudgets = table(
  'project_budgets',
  {
    id: primaryId(),
    projectId: uuid()
      .notNull()
      .references(() => projects.id),
    revision: integer().notNull(),
    saleTotal: amount().notNull(),
    estimatedCost: amount().notNull(),
    targetMarginPercent: numeric({ precision: 5, scale: 2 }),
    billing: text({ enum: billings }).notNull().default('TIME_AND_MATERIALS'),
    percentComplete: numeric({ precision: 5, scale: 2 }),
    reason: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('project_budgets_revision').on(t.projectId, t.revision),
    uniqueIndex('project_budgets_external_reference').on(t.externalReference),
    check('project_budgets_margin', sql`${t.targetMarginPercent} between 0 and 100`),
    check('project_budgets_billing', oneOf(t.billing, billings)),
    check('project_budgets_percent_complete', sql`${t.percentComplete} between 0 and 100`),
  ],
);

/** What a person spent for a project. */
export const expenses = table(
  'expenses',
  {
    id: primaryId(),
    projectId: uuid()
      .notNull()
      .references(() => projects.id),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id),
    spentOn: date().notNull(),
    description: label().notNull(),
    netAmount: amount().notNull(),
    vatAmount: amount().notNull().default('0'),
    billable: boolean().notNull().default(false),
    status: text({ enum: expenseStatuses }).notNull().default('DRAFT'),
    reviewerId: uuid().references(() => profiles.id),
    reviewedAt: instant(),
    reviewNote: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    index('expenses_project').on(t.projectId, t.spentOn),
    index('expenses_profile').on(t.profileId, t.spentOn),
    index('expenses_reviewer').on(t.reviewerId),
    uniqueIndex('expenses_external_reference').on(t.externalReference),
    check('expenses_status', oneOf(t.status, expenseStatuses)),
    check('expenses_amounts', sql`${t.netAmount} >= 0 and ${t.vatAmount} >= 0`),
  ],
);

/** Numbers invoices: a prefix and a counter, without gaps. */
export const invoiceSeries = table(
  'invoice_series',
  {
    id: primaryId(),
    name: label().notNull(),
    prefix: text().notNull(),
    digits: integer().notNull().default(4),
    nextNumber: integer().notNull().default(1),
    /** The date of the last invoice; null while there is none. */
    lastIssueDate: date(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueWithoutCase('invoice_series_name', t.name),
    // Prefixes do not end in a digit, so equal numbers have equal prefixes
    uniqueWithoutCase('invoice_series_prefix', t.prefix),
    uniqueIndex('invoice_series_external_reference').on(t.externalReference),
    check('invoice_series_numbers', sql`${t.digits} between 1 and 8 and ${t.nextNumber} between 1 and 100000000`),
  ],
);

/** An amount in the currency of its invoice. */
const total = () => numeric({ precision: 16, scale: 2 }).notNull().default('0');
/** The same in the organization's currency. */
const converted = () => numeric({ precision: 22, scale: 2 }).notNull().default('0');

/** The basis and the VAT of all lines of an invoice with one category and rate. */
export interface VatLine {
  vatCategory: (typeof vatCategories)[number];
  /** Percent; null in category O, which has no rate. */
  vatRate: string | null;
  basis: string;
  amount: string;
  exemptionReason: string | null;
}

/** What an invoice says of its seller or buyer: their legal identity when it was issued. */
export type Party = Pick<typeof legalIdentities.$inferSelect, (typeof partyColumns)[number]>;
export const partyColumns = [
  ...(['legalName', 'legalForm', 'shareCapital', 'siren', 'siret', 'vatNumber', 'street', 'postalCode'] as const),
  ...(['city', 'countryCode', 'electronicAddress', 'buyerReference', 'iban', 'bic', 'vatRegime'] as const),
  ...(['vatOnDebits', 'consumer'] as const),
] as const;

/** Once issued, a trigger keeps the tenant's role from changing them, save for what payments and credit notes do. */
export const invoices = table(
  'invoices',
  {
    id: primaryId(),
    clientId: uuid()
      .notNull()
      .references(() => clients.id),
    projectId: uuid().references(() => projects.id),
    kind: text({ enum: invoiceKinds }).notNull().default('INVOICE'),
    /** The invoice that a credit note corrects. */
    creditedInvoiceId: uuid().references((): AnyPgColumn => invoices.id),
    status: text({ enum: invoiceStatuses }).notNull().default('DRAFT'),
    seriesId: uuid().references(() => invoiceSeries.id),
    number: text(),
    issueDate: date(),
    dueDate: date(),
    periodStart: date(),
    periodEnd: date(),
    orderNumber: text(),
    note: text(),
    currency: text().notNull(),
    /** What one unit of the invoice's currency is worth in the organization's currency. */
    exchangeRate: numeric({ precision: 16, scale: 8 }).notNull().default('1'),
    lineTotal: total(),
    allowanceTotal: total(),
    chargeTotal: total(),
    netTotal: total(),
    vatTotal: total(),
    grossTotal: total(),
    /** Sums of issued credit notes and of allocated payments, and what is left to pay. */
    creditedTotal: total(),
    paidTotal: total(),
    outstandingTotal: total(),
    convertedNetTotal: converted(),
    convertedVatTotal: converted(),
    vatLines: jsonb().$type<VatLine[]>().notNull().default([]),
    seller: jsonb().$type<Party>(),
    buyer: jsonb().$type<Party>(),
    issuedAt: instant(),
    contentHash: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    index('invoices_client').on(t.clientId, t.issueDate),
    index('invoices_project').on(t.projectId),
    index('invoices_series').on(t.seriesId),
    index('invoices_credited_invoice').on(t.creditedInvoiceId),
    index('invoices_due_date').on(t.dueDate),
    uniqueIndex('invoices_number').on(t.number),
    uniqueIndex('invoices_external_reference').on(t.externalReference),
    check('invoices_status', oneOf(t.status, invoiceStatuses)),
    check('invoices_kind', oneOf(t.kind, invoiceKinds)),
    check('invoices_credited', sql`(${t.kind} = 'CREDIT_NOTE') = (${t.creditedInvoiceId} is not null)`),
    check('invoices_currency', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    check('invoices_exchange_rate', sql`${t.exchangeRate} > 0`),
    check('invoices_period', sql`${t.periodEnd} >= ${t.periodStart}`),
    check('invoices_due_date', sql`${t.dueDate} >= ${t.issueDate}`),
    check(
      'invoices_issued',
      sql`(${t.status} in ('DRAFT', 'CANCELLED')) = (${t.number} is null) and (${t.number} is null) = (${t.contentHash} is null)`,
    ),
  ],
);

/** What an invoice charges, and the allowances and charges on the whole of it. */
export const invoiceLines = table(
  'invoice_lines',
  {
    id: primaryId(),
    invoiceId: uuid()
      .notNull()
      .references(() => invoices.id, { onDelete: 'cascade' }),
    position: integer().notNull(),
    kind: text({ enum: invoiceLineKinds }).notNull().default('ITEM'),
    name: label().notNull(),
    quantity: numeric({ precision: 12, scale: 4 }).notNull().default('1'),
    unit: text({ enum: units }).notNull().default('C62'),
    unitPrice: numeric({ precision: 16, scale: 6 }).notNull(),
    discount: numeric({ precision: 14, scale: 2 }).notNull().default('0'),
    vatCategory: text({ enum: vatCategories }).notNull().default('S'),
    vatRate: numeric({ precision: 5, scale: 2 }),
    exemptionReason: text(),
    netAmount: total(),
    /** The expense that the line charges; an expense is charged once, and again once its invoice is undone. */
    expenseId: uuid().references(() => expenses.id),
    expenseReleasedAt: instant(),
    downPaymentId: uuid().references(() => invoices.id),
    version: version(),
    ...lifetime,
  },
  (t) => [
    index('invoice_lines_invoice').on(t.invoiceId, t.position),
    index('invoice_lines_of_expense').on(t.expenseId),
    index('invoice_lines_down_payment').on(t.downPaymentId),
    uniqueIndex('invoice_lines_charged_expense').on(t.expenseId).where(sql`${t.expenseReleasedAt} is null`),
    check('invoice_lines_kind', oneOf(t.kind, invoiceLineKinds)),
    check('invoice_lines_unit', oneOf(t.unit, units)),
    check('invoice_lines_vat_category', oneOf(t.vatCategory, vatCategories)),
    check('invoice_lines_price', sql`${t.unitPrice} >= 0 and ${t.discount} >= 0`),
    check('invoice_lines_vat_rate', sql`(${t.vatCategory} = 'O') = (${t.vatRate} is null)`),
  ],
);

/** Money that a client paid. What no invoice takes stays as its credit. */
export const payments = table(
  'payments',
  {
    id: primaryId(),
    clientId: uuid()
      .notNull()
      .references(() => clients.id),
    receivedOn: date().notNull(),
    amount: numeric({ precision: 16, scale: 2 }).notNull(),
    currency: text().notNull(),
    method: text({ enum: paymentMethods }).notNull().default('TRANSFER'),
    bankReference: text(),
    allocatedTotal: total(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    index('payments_client').on(t.clientId, t.receivedOn),
    uniqueIndex('payments_external_reference').on(t.externalReference),
    check('payments_method', oneOf(t.method, paymentMethods)),
    check('payments_currency', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    check('payments_amounts', sql`${t.amount} > 0 and ${t.allocatedTotal} between 0 and ${t.amount}`),
  ],
);

/** The part of a payment that pays an invoice. */
export const paymentAllocations = table(
  'payment_allocations',
  {
    id: primaryId(),
    paymentId: uuid()
      .notNull()
      .references(() => payments.id),
    invoiceId: uuid()
      .notNull()
      .references(() => invoices.id),
    amount: numeric({ precision: 16, scale: 2 }).notNull(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('payment_allocations_invoice').on(t.paymentId, t.invoiceId),
    index('payment_allocations_of_invoice').on(t.invoiceId),
    check('payment_allocations_amount', sql`${t.amount} > 0`),
  ],
);

/** A time entry that a line charges, once; released when the invoice is undone, which keeps what it charged. */
export const invoicedTimeEntries = table(
  'invoiced_time_entries',
  {
    id: primaryId(),
    invoiceLineId: uuid()
      .notNull()
      .references(() => invoiceLines.id, { onDelete: 'cascade' }),
    timeEntryId: uuid()
      .notNull()
      .references(() => timeEntries.id),
    createdAt: instant().notNull().defaultNow(),
    releasedAt: instant(),
  },
  (t) => [
    index('invoiced_time_entries_of_entry').on(t.timeEntryId),
    uniqueIndex('invoiced_time_entries_charged').on(t.timeEntryId).where(sql`${t.releasedAt} is null`),
    index('invoiced_time_entries_line').on(t.invoiceLineId),
  ],
);
