import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { rowId } from '../../graphql/declare/resource/row-id.ts';
import type { Viewer } from '../../identity/viewer.ts';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  formatAmount,
  negateDecimal,
  subtractDecimals,
  toDecimal,
  zero,
} from '../../lib/decimal.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { decimalField, uuidField } from '../../lib/fields.ts';
import { checkInput } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { defineResource } from '../events/resource.ts';
import { Invoice } from './invoice.ts';
import { readablePayments, seesPayments } from './policy.ts';
import { lockIssued, settle } from './settle-invoice.ts';
import { type invoices, payments } from './tables.ts';

const positive = { min: 0.01, max: 99_999_999_999_999 };
const written = ['receivedOn', 'amount', 'method', 'bankReference'] as const;

const Payment = defineResource('payments', {
  name: 'Payment',
  description: 'Money that a client paid. What its allocations leave stays as the client’s credit.',
  module: 'finance',
  read: readablePayments,
  write: 'payment:write',
  fields: {
    client: { description: 'The client.', listDescription: 'What this client paid.' },
    receivedOn: 'The day on which it was received.',
    amount: { description: 'The amount, in its currency.', ...positive, currency: 'currency' },
    currency: {
      description: 'Its currency (ISO 4217).',
      type: 'Currency',
      max: 3,
      default: 'the organization’s currency',
    },
    method: {
      description: 'How it was paid.',
      values: {
        TRANSFER: 'By transfer.',
        CARD: 'By card.',
        CHEQUE: 'By cheque.',
        CASH: 'In cash.',
        DIRECT_DEBIT: 'By direct debit.',
        OTHER: 'Otherwise.',
      },
    },
    bankReference: { description: 'The bank’s reference.', max: 200, personal: false },
    allocatedTotal: { description: 'What invoices take of it, in its currency.', currency: 'currency' },
  },
  list: 'What clients paid.',
  create: {
    description:
      'Records a payment. Fails with FORBIDDEN without project:read-all, because payments belong to no project.',
    writes: ['clientId', 'currency', ...written],
    before: ({ tx, viewer, values }) => {
      requirePayments(viewer);
      return { currency: values.currency ?? tx.currency };
    },
  },
  update: {
    writes: written,
    before: ({ next }) => {
      if (compareDecimals(toDecimal(next.amount), toDecimal(next.allocatedTotal)) < 0)
        throw badInput('must not be below what invoices take', 'input.amount');
    },
  },
  upsert: 500,
  delete: { inUse: 'Invoices are paid by this payment' },
});

/** Throws FORBIDDEN for a writer who would not see the payment. */
function requirePayments(viewer: Viewer): void {
  if (seesPayments(viewer)) return;
  throw new AppError('FORBIDDEN', 'Payments belong to no project: only members who see all projects record them');
}

const PaymentAllocation = defineResource('paymentAllocations', {
  name: 'PaymentAllocation',
  noun: 'allocation',
  description: 'The part of a payment that pays an invoice.',
  module: 'finance',
  parent: 'payment',
  lockParent: true,
  read: 'parent',
  write: 'payment:write',
  fields: {
    payment: { description: 'The payment.', listDescription: 'The invoices that it pays.' },
    invoice: { description: 'The invoice.', listDescription: 'What was paid of it.' },
    amount: { description: 'The amount, in the currency of both.', ...positive },
  },
  list: false,
  create: {
    description: 'Lets a payment pay an issued invoice of its client, up to what is left of both.',
    writes: ['paymentId', 'invoiceId', 'amount'],
    before: async ({ tx, viewer, parent, values }) => {
      const invoice = await lockIssued(tx, viewer, values.invoiceId, 'input.invoiceId');
      const amount = toDecimal(values.amount);
      checkAllocation(parent, invoice, amount);
      await allocate(tx, viewer, parent, amount);
      await settle(tx, viewer, invoice, { paidTotal: amount });
    },
  },
  delete: {
    description: 'Takes a payment back from an invoice; it is then the client’s credit.',
    before: async ({ tx, viewer, parent, current }) => {
      const invoice = await lockIssued(tx, viewer, current.invoiceId, 'input.id');
      const amount = negateDecimal(toDecimal(current.amount));
      await allocate(tx, viewer, parent, amount);
      await settle(tx, viewer, invoice, { paidTotal: amount });
    },
  },
});

type PaymentRow = typeof payments.$inferSelect;
type InvoiceRow = typeof invoices.$inferSelect;

/** Throws BAD_INPUT for an invoice of another client or currency, and INVALID_STATE for more than is left of either. */
function checkAllocation(payment: PaymentRow, invoice: InvoiceRow, amount: Decimal): void {
  if (invoice.clientId !== payment.clientId) throw badInput('must be of the client that paid', 'input.invoiceId');
  if (invoice.currency !== payment.currency) throw badInput('must be in the currency paid', 'input.invoiceId');
  const refuse = (message: string, left: Decimal): never => {
    throw new AppError('INVALID_STATE', message, { field: 'input.amount', left: formatAmount(left) });
  };
  const due = toDecimal(invoice.outstandingTotal);
  const free = subtractDecimals(toDecimal(payment.amount), toDecimal(payment.allocatedTotal));
  if (compareDecimals(amount, due) > 0) refuse('This is more than is left to pay of the invoice', due);
  if (compareDecimals(amount, free) > 0) refuse('This is more than is left of the payment', free);
}

/** Adds to what invoices take of a locked payment. Its version stays. */
async function allocate(tx: TenantTx, viewer: Viewer, payment: PaymentRow, amount: Decimal): Promise<void> {
  const allocatedTotal = formatAmount(addDecimals(toDecimal(payment.allocatedTotal), amount));
  await tx.update(payments).set({ allocatedTotal }).where(eq(payments.id, payment.id));
  await recordEvent(tx, viewer, {
    ...{ action: 'payment.allocated', resourceType: 'Payment', resourceId: payment.id },
    ...{ before: { allocatedTotal: payment.allocatedTotal }, after: { allocatedTotal } },
  });
}

const paid = z.object({ invoiceId: uuidField, amount: decimalField(2, positive) });

defineMutation('payInvoice', {
  description:
    'Records a payment of an issued invoice: it pays what is left, and the rest stays as the client’s credit. Needs ' +
    'payment:write, and project:read-all, because payments belong to no project.',
  permission: 'payment:write',
  module: 'finance',
  input: (t) => ({
    invoiceId: rowId(t, 'invoices', { required: true, description: 'The invoice.' }),
    receivedOn: t.field({ type: 'LocalDate', required: true, description: 'The day on which it was received.' }),
    amount: t.field({ type: 'Decimal', required: true, description: 'The amount, in the currency of the invoice.' }),
    bankReference: t.string({ maxLength: 200, description: 'The bank’s reference.' }),
  }),
  run: async ({ tx, viewer }, input) => {
    requirePayments(viewer);
    const { invoiceId, amount } = checkInput(paid, input);
    const invoice = await lockIssued(tx, viewer, invoiceId, 'input.invoiceId');
    const { clientId, currency } = invoice;
    const { receivedOn, bankReference } = input;
    const { id } = await Payment.create(tx, viewer, { clientId, currency, amount, receivedOn, bankReference });
    const due = toDecimal(invoice.outstandingTotal);
    const taken = compareDecimals(toDecimal(amount), due) > 0 ? due : toDecimal(amount);
    if (compareDecimals(taken, zero) <= 0) return { id, invoiceId };
    const allocation = { paymentId: id, invoiceId, amount: formatAmount(taken) };
    await PaymentAllocation.create(tx, viewer, allocation);
    return { id, invoiceId };
  },
  payload: (t) => ({
    payment: changed(t, Payment, 'payments'),
    invoice: changed(t, Invoice, 'invoices', ({ invoiceId }) => invoiceId),
  }),
});
