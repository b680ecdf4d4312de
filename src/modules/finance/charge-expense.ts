import { eq } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { invoiceLines } from './tables.ts';

/** Sets the expense that a line charges, or sets it free; a unique index refuses one that another line charges. */
export async function setExpense(
  tx: TenantTx,
  viewer: Viewer,
  lineId: string,
  before: string | null,
  expenseId: string | null,
): Promise<void> {
  await tx.update(invoiceLines).set({ expenseId }).where(eq(invoiceLines.id, lineId));
  await recordEvent(tx, viewer, {
    ...{ action: 'invoiceLine.updated', resourceType: 'InvoiceLine', resourceId: lineId },
    ...{ before: { expenseId: before }, after: { expenseId } },
  });
}
