import { z } from 'zod';
import { lockVisible } from '../../access/visible-rows.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { rowId } from '../../graphql/declare/resource/row-id.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { leftOf, requireNotTakenBack, setDownPayment } from './down-payment.ts';
import { Invoice } from './invoice.ts';
import { InvoiceLine } from './invoice-line.ts';
import { lockIssued } from './settle-invoice.ts';
import { invoices } from './tables.ts';

const input = z.object({ id: uuidField, downPaymentId: uuidField });

defineMutation('takeBackDownPayment', {
  description:
    'Takes an issued down payment back on the draft of the invoice for the work: a negative line for each of its rates of ' +
    'VAT, since its VAT is already due. Fails with INVALID_STATE if the invoice is not a DRAFT, and for a down payment that ' +
    'an invoice takes back already or that is credited. Needs invoice:write.',
  permission: 'invoice:write',
  module: 'finance',
  input: (t) => ({
    id: rowId(t, 'invoices', { required: true, description: 'The draft of the invoice for the work.' }),
    downPaymentId: rowId(t, 'invoices', { required: true, description: 'The down payment.' }),
  }),
  run: ({ tx, viewer }, given) => takeBack(tx, viewer, given),
  payload: (t) => ({ invoice: changed(t, Invoice, 'invoices') }),
});

async function takeBack(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  const { id, downPaymentId } = checkInput(input, raw);
  const field = 'input.downPaymentId';
  if (id === downPaymentId) throw badInput('must be another invoice', field);
  // Drafts are locked before issued invoices, as when credit notes are issued
  const invoice = await lockVisible(tx, viewer, invoices, id, 'Invoice');
  if (invoice.status !== 'DRAFT') {
    const details = { field: 'input.id', status: invoice.status, possible: ['DRAFT'] };
    throw new AppError('INVALID_STATE', `This invoice is ${invoice.status}; it must be DRAFT`, details);
  }
  if (invoice.kind !== 'INVOICE') throw badInput('must be an invoice', 'input.id');
  const downPayment = await lockIssued(tx, viewer, downPaymentId, field);
  if (downPayment.kind !== 'DOWN_PAYMENT') throw badInput('must be a down payment', field);
  if (downPayment.clientId !== invoice.clientId) throw badInput('must be of the same client', field);
  if (downPayment.currency !== invoice.currency) throw badInput('must be in the same currency', field);
  await requireNotTakenBack(tx, downPayment, field);
  const left = await leftOf(tx, downPayment);
  if (!left.length) throw new AppError('INVALID_STATE', 'This down payment is credited', { field });
  for (const { basis, vatCategory, vatRate, exemptionReason } of left) {
    const line = await InvoiceLine.create(tx, viewer, {
      ...{ invoiceId: id, name: `${downPayment.number} (${downPayment.issueDate})`, quantity: '-1', unitPrice: basis },
      ...{ vatCategory, vatRate, exemptionReason },
    });
    await setDownPayment(tx, viewer, line.id, { before: null, after: downPaymentId });
  }
  return { id };
}
