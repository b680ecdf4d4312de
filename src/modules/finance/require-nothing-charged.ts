import { and, eq, isNotNull, or, sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { invoicedTimeEntries, invoiceLines } from './tables.ts';

/**
 * Throws INVALID_STATE for a locked draft that charges time or expenses, or takes a down payment back: they belong to
 * its client and project, and their amounts are in its currency.
 */
export async function requireNothingCharged(tx: TenantTx, invoiceId: string, field: string): Promise<void> {
  const ofEntries = sql`exists (select from ${invoicedTimeEntries}
    where ${eq(invoicedTimeEntries.invoiceLineId, invoiceLines.id)})`;
  const charges = or(isNotNull(invoiceLines.expenseId), isNotNull(invoiceLines.downPaymentId), ofEntries);
  const [line] = await tx
    .select({ id: invoiceLines.id })
    .from(invoiceLines)
    .where(and(eq(invoiceLines.invoiceId, invoiceId), charges))
    .limit(1);
  if (!line) return;
  const message = 'This invoice charges work or takes a down payment back: its client, project and currency stay';
  throw new AppError('INVALID_STATE', message, { field, lineId: `InvoiceLine:${line.id}` });
}
