import { sql } from 'drizzle-orm';
import { boolean, check, date, index, integer, numeric, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { externalReference, instant, label, lifetime, oneOf, primaryId, table, version } from '../../lib/columns.ts';
import { clients } from '../clients/tables.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';

export const vatRegimes = ['MONTHLY', 'QUARTERLY', 'SIMPLIFIED', 'FRANCHISE'] as const;
/** The categories of VAT (UNTDID 5305) that invoices use. */
export const vatCategories = ['S', 'Z', 'E', 'AE', 'K', 'G', 'O'] as const;
/** How an agreed number of days relates to the end of a month: not at all, or one after the other. */
export const monthEndRules = ['NONE', 'DAYS_THEN_MONTH_END', 'MONTH_END_THEN_DAYS'] as const;
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
    reason: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('project_budgets_revision').on(t.projectId, t.revision),
    uniqueIndex('project_budgets_external_reference').on(t.externalReference),
    check('project_budgets_margin', sql`${t.targetMarginPercent} between 0 and 100`),
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
