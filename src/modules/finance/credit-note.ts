import { and, eq, isNotNull } from 'drizzle-orm';
import { getVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  formatAmount,
  subtractDecimals,
  toDecimal,
  zero,
} from '../../lib/decimal.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { requireNotTakenBack } from './down-payment.ts';
import { isSameRate } from './invoice-totals.ts';
import { releaseCharged } from './release-charged.ts';
import { convertedTotals } from './set-totals.ts';
import { lockIssued, settle } from './settle-invoice.ts';
import { invoices, type VatLine } from './tables.ts';

type Invoice = typeof invoices.$inferSelect;

/** The invoice that a new credit note corrects; undefined for an invoice. */
export async function creditedBy(
  tx: TenantTx,
  viewer: Viewer,
  { creditedInvoiceId }: { creditedInvoiceId?: string | null | undefined },
): Promise<Invoice | undefined> {
  if (!creditedInvoiceId) return undefined;
  const field = 'input.creditedInvoiceId';
  const invoice = await getVisible(tx, viewer, invoices, creditedInvoiceId, 'Invoice', field);
  if (!invoice.number || invoice.kind === 'CREDIT_NOTE') throw badInput('must be an issued invoice', field);
  return invoice;
}

type Converted = Pick<Invoice, 'convertedNetTotal' | 'convertedVatTotal'>;
type Party = Pick<Invoice, 'clientId' | 'currency' | 'exchangeRate'>;

/** Throws BAD_INPUT for a credit note of another client, in another currency or at another rate than its invoice. */
export function requireSameParty(invoice: Party, note: Party): void {
  if (note.clientId !== invoice.clientId) throw badInput('must be that of the credited invoice', 'input.clientId');
  if (note.currency !== invoice.currency) throw badInput('must be that of the credited invoice', 'input.currency');
  if (!isSameRate(note.exchangeRate, invoice.exchangeRate))
    throw badInput('must be that of the credited invoice', 'input.exchangeRate');
}

/**
 * Takes the amount of a locked credit note that is issued off its invoice, and returns the note with its final VAT. The
 * invoice is locked, so that two credit notes never exceed it together. Throws INVALID_STATE if they do, in the total
 * or in a category and rate of VAT.
 */
export async function credit(tx: TenantTx, viewer: Viewer, draft: Invoice): Promise<Invoice> {
  const note = { ...draft };
  const invoice = await lockIssued(tx, viewer, note.creditedInvoiceId!, 'input.id');
  await requireNotTakenBack(tx, invoice);
  const before = await tx
    .select({
      vatLines: invoices.vatLines,
      convertedNetTotal: invoices.convertedNetTotal,
      convertedVatTotal: invoices.convertedVatTotal,
    })
    .from(invoices)
    .where(and(eq(invoices.creditedInvoiceId, invoice.id), isNotNull(invoices.number)));
  if (!isSameRate(note.exchangeRate, invoice.exchangeRate))
    throw new AppError('INVALID_STATE', 'A credit note has the exchangeRate of its invoice', { field: 'input.id' });
  const earlier = before.flatMap(({ vatLines }) => vatLines);
  const all = [...earlier, ...note.vatLines];
  const isWithin = note.vatLines.every(
    (line) => compareDecimals(sumOf('basis', all, line), sumOf('basis', invoice.vatLines, line)) <= 0,
  );
  if (isWithin) Object.assign(note, withVat(note, { earlier, invoiced: invoice.vatLines }));
  const total = addDecimals(toDecimal(invoice.creditedTotal), toDecimal(note.grossTotal));
  if (!isWithin || compareDecimals(total, toDecimal(invoice.grossTotal)) > 0) {
    const { creditedTotal, grossTotal } = invoice;
    const details = { field: 'input.id', creditedTotal, grossTotal };
    throw new AppError('INVALID_STATE', 'Credit notes must not exceed their invoice', details);
  }
  const status = await settle(tx, viewer, invoice, { creditedTotal: toDecimal(note.grossTotal) });
  const isCredited = status === 'CREDITED' && invoice.status !== 'CREDITED';
  if (isCredited) await releaseCharged(tx, viewer, invoice.id);
  return { ...note, ...convertedWithin(note, invoice, before, isCredited) };
}

/**
 * The totals of a credit note in the organization's currency. They are rounded in each note: the one that credits the
 * rest of its invoice takes the rest of these totals too, and no note takes more than is left.
 */
function convertedWithin(note: Invoice, invoice: Converted, earlier: readonly Converted[], isCredited: boolean) {
  const own = convertedTotals(note);
  const within = (of: keyof Converted): string => {
    const taken = earlier.reduce((sum, each) => addDecimals(sum, toDecimal(each[of])), zero);
    const left = subtractDecimals(toDecimal(invoice[of]), taken);
    return isCredited || compareDecimals(toDecimal(own[of]), left) > 0 ? formatAmount(left) : own[of];
  };
  return { convertedNetTotal: within('convertedNetTotal'), convertedVatTotal: within('convertedVatTotal') };
}

/**
 * The totals of a credit note with the VAT that closes its invoice. VAT is rounded in each note, so several notes could
 * miss the VAT of their invoice by cents: the note that takes the rest of the basis of a rate takes the rest of its
 * VAT, and no note takes more than is left.
 */
function withVat(
  note: Pick<Invoice, 'netTotal' | 'vatLines'>,
  { earlier, invoiced }: { earlier: readonly VatLine[]; invoiced: readonly VatLine[] },
) {
  const vatLines = note.vatLines.map((line): VatLine => {
    const [basis, vat] = (['basis', 'amount'] as const).map((of) =>
      subtractDecimals(sumOf(of, invoiced, line), sumOf(of, earlier, line)),
    ) as [Decimal, Decimal];
    const closes = compareDecimals(basis, toDecimal(line.basis)) === 0;
    const isOver = compareDecimals(toDecimal(line.amount), vat) > 0;
    return closes || isOver ? { ...line, amount: formatAmount(vat) } : line;
  });
  const vatTotal = formatAmount(vatLines.reduce((sum, { amount }) => addDecimals(sum, toDecimal(amount)), zero));
  const grossTotal = formatAmount(addDecimals(toDecimal(note.netTotal), toDecimal(vatTotal)));
  return { vatLines, vatTotal, grossTotal };
}

/** The basis or the VAT of the lines with the category and rate of one. */
const sumOf = (of: 'basis' | 'amount', lines: readonly VatLine[], { vatCategory, vatRate }: VatLine): Decimal =>
  lines
    .filter((line) => line.vatCategory === vatCategory && isSameRate(line.vatRate, vatRate))
    .reduce((total, line) => addDecimals(total, toDecimal(line[of])), zero);
