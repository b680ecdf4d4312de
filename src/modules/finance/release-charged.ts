import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import { invoicedTimeEntries, invoiceLines } from './tables.ts';

/**
 * Lets the time and the expenses of an invoice that is credited in full be charged again. The invoice keeps what it
 * charged.
 */
export async function releaseCharged(tx: TenantTx, viewer: Viewer, invoiceId: string): Promise<void> {
  const releasedAt = new Date();
  const ofInvoice = eq(invoiceLines.invoiceId, invoiceId);
  const lines = tx.select({ id: invoiceLines.id }).from(invoiceLines).where(ofInvoice);
  const entries = await tx
    .update(invoicedTimeEntries)
    .set({ releasedAt })
    .where(and(inArray(invoicedTimeEntries.invoiceLineId, lines), isNull(invoicedTimeEntries.releasedAt)))
    .returning({ id: invoicedTimeEntries.id, timeEntryId: invoicedTimeEntries.timeEntryId });
  const charging = await tx
    .update(invoiceLines)
    .set({ expenseReleasedAt: releasedAt })
    .where(and(ofInvoice, isNotNull(invoiceLines.expenseId), isNull(invoiceLines.expenseReleasedAt)))
    .returning({ id: invoiceLines.id, expenseId: invoiceLines.expenseId });
  await recordEvents(tx, viewer, [
    ...entries.map(({ id, timeEntryId }) => ({
      ...{ action: 'invoicedTimeEntry.released', resourceType: 'InvoicedTimeEntry', resourceId: id },
      ...{ metadata: { timeEntryId }, before: { releasedAt: null }, after: { releasedAt } },
    })),
    ...charging.map(({ id, expenseId }) => ({
      ...{ action: 'invoiceLine.released', resourceType: 'InvoiceLine', resourceId: id },
      ...{
        metadata: { expenseId, invoiceId },
        before: { expenseReleasedAt: null },
        after: { expenseReleasedAt: releasedAt },
      },
    })),
  ]);
}
