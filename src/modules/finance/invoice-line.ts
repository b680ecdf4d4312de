import { compareDecimals, toDecimal, zero } from '../../lib/decimal.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { narrowHistory } from '../events/narrowed-history.ts';
import { defineResource } from '../events/resource.ts';
import { lineAmount } from './invoice-totals.ts';
import { readLines, setTotals } from './set-totals.ts';
import type { invoiceLines } from './tables.ts';
import { VatCategory } from './vat-category.ts';
import { checkVat } from './vat-rules.ts';

type Line = typeof invoiceLines.$inferSelect;

/** The most lines of an invoice: each change of one reads all. */
const mostLines = 500;
const mostAmount = '10000000000';

const columns = [
  ...['position', 'kind', 'name', 'quantity', 'unit', 'unitPrice', 'discount'],
  ...['vatCategory', 'vatRate', 'exemptionReason'],
] as const;

const ofInvoice = { currency: 'invoice.currency' } as const;

export const InvoiceLine = defineResource('invoiceLines', {
  name: 'InvoiceLine',
  noun: 'line',
  description: 'A line of an invoice: an item, or an allowance or a charge on the whole invoice.',
  module: 'finance',
  parent: 'invoice',
  lockParent: true,
  read: 'parent',
  write: 'invoice:write',
  fields: {
    invoice: { description: 'The invoice.', listDescription: 'Its lines, by position unless ordered otherwise.' },
    position: {
      description: 'Its position in the invoice, smallest first.',
      min: 0,
      max: 1_000_000,
      default: 'after the others',
    },
    kind: {
      description: 'What it is.',
      values: {
        ITEM: 'Work or goods that are sold.',
        ALLOWANCE: 'Lowers the total of the invoice by its amount.',
        CHARGE: 'Raises the total of the invoice by its amount.',
      },
    },
    name: 'What is charged; the reason of an allowance or a charge.',
    quantity: { description: 'Quantity; negative to take something back.', min: -10_000_000, max: 10_000_000 },
    unit: {
      description: 'The unit of the quantity (UN/ECE Recommendation 20).',
      values: { DAY: 'Days.', HUR: 'Hours.', C62: 'Pieces.' },
    },
    unitPrice: { description: 'Price of a unit without VAT, in the currency of the invoice.', ...ofInvoice },
    discount: {
      description: 'Discount on the line, in the currency of the invoice; 0 for a negative quantity.',
      ...ofInvoice,
    },
    vatCategory: { description: 'Category of VAT.', values: VatCategory },
    vatRate: {
      description: 'Rate of VAT in percent: above 0 in category S, null in O, 0 in the others.',
      max: 100,
      default: '0, or null in category O',
    },
    exemptionReason: {
      description: 'Why no VAT is due, in the words of the invoice; needed in the categories E, AE, K, G and O.',
      max: 500,
    },
    expense: 'The expense that it charges; null for any other line, and if you may not see it.',
    downPayment: 'The down payment that it takes back with its VAT; null for any other line.',
    expenseReleasedAt: {
      description: 'When the invoice was credited in full, which lets another invoice charge it; null before that.',
      inputDescription: 'When the invoice was credited in full',
    },
    netAmount: {
      description: 'Its amount without VAT: quantity × price, rounded, less the discount.',
      ...ofInvoice,
    },
  },
  order: { position: 'asc' },
  list: 'The lines of all invoices.',
  create: {
    description: 'Adds a line to an invoice that is not issued yet.',
    writes: ['invoiceId', ...columns],
    bulk: 100,
    before: async ({ tx, viewer, values, parent }) => {
      requireDraft(parent, 'input.invoiceId');
      const others = await readLines(tx, parent.id);
      if (others.length >= mostLines)
        throw new AppError('INVALID_STATE', `An invoice has at most ${mostLines} lines`, { field: 'input.invoiceId' });
      const line = amountsOf(values as Line);
      await setTotals(tx, viewer, parent, [...others, { ...values, ...line } as Line]);
      return { ...line, position: values.position ?? after(others) };
    },
  },
  update: {
    description: 'Changes a line of an invoice that is not issued yet.',
    writes: columns,
    before: async ({ tx, viewer, parent, current, next, values }) => {
      requireDraft(parent);
      if (current.downPaymentId)
        throw new AppError('INVALID_STATE', 'This line takes back a down payment: delete it instead', {
          field: 'input.id',
        });
      const { vatCategory } = values;
      const changesCategory = vatCategory !== undefined && vatCategory !== current.vatCategory;
      const isOtherCategory = changesCategory && !('vatRate' in values);
      const line = amountsOf(isOtherCategory ? { ...next, vatRate: null } : next);
      const others = (await readLines(tx, parent.id)).filter(({ id }) => id !== current.id);
      await setTotals(tx, viewer, parent, [...others, { ...next, ...line }]);
      return line;
    },
  },
  delete: {
    description: 'Removes a line from an invoice that is not issued yet.',
    before: async ({ tx, viewer, parent, current }) => {
      requireDraft(parent);
      const lines = await readLines(tx, parent.id);
      await setTotals(
        tx,
        viewer,
        parent,
        lines.filter(({ id }) => id !== current.id),
      );
    },
  },
});

narrowHistory('InvoiceLine', ({ role }) => (role === 'CLIENT' ? [] : 'all'));

/** Throws INVALID_STATE for an invoice that is issued or cancelled. */
function requireDraft({ status }: { status: string }, field = 'input.id'): void {
  if (status === 'DRAFT') return;
  const details = { field, status, possible: ['DRAFT'] };
  throw new AppError('INVALID_STATE', `This invoice is ${status}; it must be DRAFT`, details);
}

/** The columns that follow from the others. Throws BAD_INPUT for VAT that the category does not allow. */
function amountsOf(line: Line) {
  const vatRate = checkVat(line);
  // EN 16931 subtracts discounts from the amount, so that one would raise what a negative line takes back
  const isNegative = line.quantity !== undefined && compareDecimals(toDecimal(line.quantity), zero) < 0;
  if (isNegative && line.discount !== undefined && compareDecimals(toDecimal(line.discount), zero) !== 0)
    throw badInput('must be 0 for a negative quantity: lower the price of what is taken back', 'input.discount');
  const netAmount = lineAmount({ quantity: line.quantity, unitPrice: line.unitPrice, discount: line.discount });
  if (compareDecimals(toDecimal(netAmount.replace('-', '')), toDecimal(mostAmount)) > 0)
    throw badInput(`makes the amount of the line exceed ${mostAmount}`, 'input.unitPrice');
  if (line.kind && line.kind !== 'ITEM' && netAmount.startsWith('-'))
    throw badInput('must not make an allowance or a charge negative: use the other kind', 'input.quantity');
  return { vatRate, netAmount };
}

const after = (lines: readonly Line[]): number =>
  Math.min(1_000_000, 1 + Math.max(-1, ...lines.map(({ position }) => position)));
