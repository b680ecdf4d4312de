import { eq } from 'drizzle-orm';
import { builder } from '../../graphql/declare/builder.ts';
import { rowId } from '../../graphql/declare/resource/row-id.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { compareDecimals, toDecimal } from '../../lib/decimal.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { narrowHistory } from '../events/narrowed-history.ts';
import { defineResource } from '../events/resource.ts';
import { projects } from '../projects/tables.ts';
import { setExpense } from './charge-expense.ts';
import { creditedBy, requireSameParty } from './credit-note.ts';
import { setDownPayment } from './down-payment.ts';
import { InvoiceParty, InvoiceVatLine } from './invoice-parts.ts';
import { freeEntries } from './invoiced-time-entry.ts';
import { issued } from './issue-invoice.ts';
import { readableInvoices, seesInvoicesOfNoProject } from './policy.ts';
import { requireNothingCharged } from './require-nothing-charged.ts';
import { convertedTotals, readLines } from './set-totals.ts';

const one = toDecimal('1');
const draft = { status: ['DRAFT'] } as const;
const columns = [
  ...['projectId', 'dueDate', 'periodStart', 'periodEnd', 'orderNumber', 'note', 'currency', 'exchangeRate'],
] as const;
const inCurrency = (description: string) => ({
  description: `${description}, in the currency of the invoice.`,
  currency: 'currency',
});

export const Invoice = defineResource('invoices', {
  name: 'Invoice',
  description:
    'An invoice to a client, a credit note or a down payment. Once it is issued, what it says never changes.',
  module: 'finance',
  read: readableInvoices,
  write: 'invoice:write',
  fields: {
    client: { description: 'The client.', listDescription: 'The invoices of this client.' },
    project: {
      description: 'The project; null for one of several projects or none.',
      listDescription: 'The invoices of this project.',
    },
    kind: {
      description: 'What it is.',
      default: 'INVOICE, or CREDIT_NOTE with `creditedInvoiceId`',
      values: {
        INVOICE: 'An invoice.',
        CREDIT_NOTE: 'Lowers what the client owes for an issued invoice; its amounts are positive.',
        DOWN_PAYMENT: 'Asks for money before the work; the invoice for the work takes it back.',
      },
    },
    creditedInvoice: {
      description: 'The invoice that a credit note corrects; null for an invoice.',
      listDescription: 'The credit notes of this invoice.',
    },
    status: {
      description: 'Its status.',
      values: {
        DRAFT: 'Not issued yet.',
        ISSUED: 'Issued: it can no longer change.',
        PARTLY_PAID: 'Issued, and paid in part.',
        PAID: 'Issued, and nothing is left to pay.',
        CREDITED: 'Issued, and undone by credit notes of the whole amount.',
        CANCELLED: 'Withdrawn before it was issued.',
      },
    },
    series: { description: 'The series that numbers it; null until it is issued.', listDescription: 'Its invoices.' },
    number: { description: 'Its number; null until it is issued.', max: 20, personal: false },
    issueDate: 'Its date; null until it is issued.',
    dueDate: {
      description: 'The last day to pay; by default, it follows from the terms of the client when it is issued.',
      notBefore: 'issueDate',
    },
    periodStart: { description: 'First day of the period that it is for.', absent: 'first' },
    periodEnd: { description: 'Last day of the period that it is for.', notBefore: 'periodStart' },
    orderNumber: { description: 'The client’s number of its order.', max: 200, personal: false },
    note: { description: 'A text on the invoice.', max: 2_000, personal: false },
    currency: {
      description: 'The currency of all its amounts (ISO 4217).',
      type: 'Currency',
      max: 3,
      default: 'that of the credited invoice, or the organization’s currency',
    },
    exchangeRate: {
      description: 'What one unit of its currency is worth in the organization’s currency.',
      min: 0.000_000_01,
      max: 1_000_000,
      default: 'that of the credited invoice, or 1',
    },
    lineTotal: inCurrency('The sum of its items (BT-106)'),
    allowanceTotal: inCurrency('The sum of the allowances on the whole invoice (BT-107)'),
    chargeTotal: inCurrency('The sum of the charges on the whole invoice (BT-108)'),
    netTotal: inCurrency('The total without VAT (BT-109)'),
    vatTotal: inCurrency('The VAT (BT-110)'),
    grossTotal: inCurrency('The total with VAT (BT-112)'),
    creditedTotal: inCurrency('The sum of its issued credit notes'),
    paidTotal: inCurrency('The sum of the payments of it'),
    outstandingTotal: {
      description:
        'What is left to pay, in the currency of the invoice; below 0 if more was paid. 0 for drafts and credit notes.',
      inputDescription: 'What is left to pay',
      currency: 'currency',
    },
    convertedNetTotal: { description: 'The total without VAT, in the organization’s currency.', type: 'Money' },
    convertedVatTotal: { description: 'The VAT, in the organization’s currency (BT-111).', type: 'Money' },
    issuedAt: 'When it was issued.',
    contentHash: {
      description: 'SHA-256 of what it says, in hexadecimal; null until it is issued.',
      max: 64,
      filtered: false,
      sorted: false,
      personal: false,
    },
  },
  list: 'The invoices of the organization.',
  create: {
    description:
      'Creates a draft of an invoice, of a down payment or, with `creditedInvoiceId`, of a credit note. Without a project, it fails with ' +
      'FORBIDDEN for members who lack project:read-all, since they would not see it.',
    writes: ['clientId', 'kind', 'creditedInvoiceId', ...columns],
    before: async ({ tx, viewer, values }) => {
      const credited = await creditedBy(tx, viewer, values);
      const currency = values.currency ?? credited?.currency ?? tx.currency;
      const exchangeRate = values.exchangeRate ?? credited?.exchangeRate ?? '1';
      if (credited) requireSameParty(credited, { clientId: values.clientId, currency, exchangeRate });
      checkRate(tx, { currency, exchangeRate }, Boolean(values.exchangeRate ?? credited));
      await requireProjectOf(tx, viewer, values);
      const kind = values.kind ?? (credited ? 'CREDIT_NOTE' : 'INVOICE');
      if ((kind === 'CREDIT_NOTE') !== Boolean(credited))
        throw badInput(credited ? 'must be CREDIT_NOTE' : 'needs `creditedInvoiceId`', 'input.kind');
      return { currency, exchangeRate, kind };
    },
  },
  update: {
    writes: ['clientId', ...columns],
    from: draft,
    before: async ({ tx, viewer, current, next, values }) => {
      if (current.kind === 'CREDIT_NOTE') requireSameParty(current, next);
      const changed = (['clientId', 'projectId', 'currency'] as const).find(
        (column) => next[column] !== current[column],
      );
      if (changed) await requireNothingCharged(tx, current.id, `input.${changed}`);
      checkRate(tx, next, values.exchangeRate !== undefined || next.currency === current.currency);
      if (next.projectId !== current.projectId || next.clientId !== current.clientId)
        await requireProjectOf(tx, viewer, next);
      return convertedTotals(next);
    },
  },
  upsert: 500,
  delete: { from: { status: ['DRAFT', 'CANCELLED'] } },
});

/** A CLIENT, who sees issued invoices only, does not see how they were drafted, nor what is done with them since. */
narrowHistory('Invoice', ({ role }) => (role === 'CLIENT' ? ['invoice.issued', 'invoice.settled'] : 'all'));

/** Throws BAD_INPUT for a rate between the organization's currency and itself, and for another currency without one. */
function checkRate(
  tx: { currency: string },
  invoice: { currency: string; exchangeRate: string },
  isGiven: boolean,
): void {
  const isOwn = invoice.currency === tx.currency;
  if (isOwn && compareDecimals(toDecimal(invoice.exchangeRate), one) !== 0)
    throw badInput('must be 1 in the organization’s currency', 'input.exchangeRate');
  if (!isOwn && !isGiven) throw badInput('is required in another currency', 'input.exchangeRate');
}

/** Throws BAD_INPUT for a project of another client, and FORBIDDEN for none if the writer would not see the invoice. */
async function requireProjectOf(
  tx: TenantTx,
  viewer: Viewer,
  { clientId, projectId }: { clientId: string; projectId?: string | null | undefined },
): Promise<void> {
  if (!projectId) {
    if (seesInvoicesOfNoProject(viewer)) return;
    const message = 'Only members with project:read-all write invoices of no project';
    throw new AppError('FORBIDDEN', message, { field: 'input.projectId' });
  }
  const [project] = await tx
    .select({ clientId: projects.clientId })
    .from(projects)
    .where(eq(projects.id, projectId))
    // Against a change of its client meanwhile
    .for('share');
  if (project?.clientId && project.clientId !== clientId)
    throw badInput('belongs to another client', 'input.projectId');
}

Invoice.action('cancel', {
  description: 'Withdraws a draft of an invoice',
  event: 'cancelled',
  writes: [],
  from: draft,
  before: async ({ tx, viewer, current }) => {
    const lines = await readLines(tx, current.id);
    await freeEntries(
      tx,
      viewer,
      lines.map(({ id }) => id),
    );
    for (const { id, expenseId, downPaymentId } of lines) {
      if (expenseId) await setExpense(tx, viewer, id, expenseId, null);
      if (downPaymentId) await setDownPayment(tx, viewer, id, { before: downPaymentId, after: null });
    }
    return { status: 'CANCELLED' };
  },
});

Invoice.action('issue', {
  description:
    'Issues an invoice under the next number of a series, with the legal identities of both parties. It never changes again. ' +
    'Fails with BAD_INPUT for a date in the future or before that of the last invoice of the series',
  event: 'issued',
  write: 'invoice:issue',
  writes: ['issueDate'],
  from: draft,
  input: (t) => ({
    seriesId: rowId(t, 'invoiceSeries', { required: true, description: 'The series that numbers it.' }),
  }),
  before: ({ tx, viewer, current, next, extra }) =>
    issued(tx, viewer, { ...current, issueDate: next.issueDate }, extra.seriesId),
});

builder.drizzleObjectFields(Invoice, (t) => ({
  vatLines: t.field({
    type: [InvoiceVatLine],
    description: 'The basis and the VAT by category and rate.',
    select: { columns: { vatLines: true } },
    resolve: ({ vatLines }) => vatLines,
  }),
  seller: t.field({
    type: InvoiceParty,
    nullable: true,
    description: 'The organization as it was when the invoice was issued; null until then.',
    select: { columns: { seller: true } },
    resolve: ({ seller }) => seller,
  }),
  buyer: t.field({
    type: InvoiceParty,
    nullable: true,
    description: 'The client as it was when the invoice was issued; null until then.',
    select: { columns: { buyer: true } },
    resolve: ({ buyer }) => buyer,
  }),
}));
