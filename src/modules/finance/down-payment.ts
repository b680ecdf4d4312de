import { and, eq, isNotNull, ne } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { addDecimals, type Decimal, formatAmount, subtractDecimals, toDecimal, zero } from '../../lib/decimal.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { isSameRate } from './invoice-totals.ts';
import { invoiceLines, invoices, type VatLine } from './tables.ts';

type Invoice = typeof invoices.$inferSelect;

/** Sets the down payment that a line of a draft takes back. */
export async function setDownPayment(
  tx: TenantTx,
  viewer: Viewer,
  lineId: string,
  { before, after }: { before: string | null; after: string | null },
): Promise<void> {
  await tx.update(invoiceLines).set({ downPaymentId: after }).where(eq(invoiceLines.id, lineId));
  await recordEvent(tx, viewer, {
    ...{ action: 'invoiceLine.updated', resourceType: 'InvoiceLine', resourceId: lineId },
    ...{ before: { downPaymentId: before }, after: { downPaymentId: after } },
  });
}

/** The invoice that takes a locked down payment back, or undefined. */
export async function takenBackBy(tx: TenantTx, downPayment: Invoice): Promise<string | undefined> {
  const [line] = await tx
    .select({ invoiceId: invoiceLines.invoiceId })
    .from(invoiceLines)
    .innerJoin(invoices, eq(invoices.id, invoiceLines.invoiceId))
    .where(and(eq(invoiceLines.downPaymentId, downPayment.id), ne(invoices.status, 'CREDITED')))
    .limit(1);
  return line?.invoiceId;
}

/** Throws INVALID_STATE for a locked down payment that an invoice takes back: the client would get its money twice. */
export async function requireNotTakenBack(tx: TenantTx, downPayment: Invoice, field = 'input.id'): Promise<void> {
  if (downPayment.kind !== 'DOWN_PAYMENT') return;
  // Which invoice takes it back is not said: it may be hidden from the viewer
  if (!(await takenBackBy(tx, downPayment))) return;
  throw new AppError('INVALID_STATE', 'An invoice takes this down payment back', { field });
}

/** What is left of a locked down payment by category and rate, after its credit notes; without empty ones. */
export async function leftOf(tx: TenantTx, downPayment: Invoice): Promise<VatLine[]> {
  const notes = await tx
    .select({ vatLines: invoices.vatLines })
    .from(invoices)
    .where(and(eq(invoices.creditedInvoiceId, downPayment.id), isNotNull(invoices.number)));
  const credited = notes.flatMap(({ vatLines }) => vatLines);
  return downPayment.vatLines.flatMap((line) => {
    const same = credited.filter(
      (each) => each.vatCategory === line.vatCategory && isSameRate(each.vatRate, line.vatRate),
    );
    const sum = same.reduce<Decimal>((total, { basis }) => addDecimals(total, toDecimal(basis)), zero);
    const basis = subtractDecimals(toDecimal(line.basis), sum);
    return basis.units > 0n ? [{ ...line, basis: formatAmount(basis) }] : [];
  });
}
