import { asc, eq, getColumns, sql } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { changesOf } from '../../lib/changes-of.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { convertAmount, invoiceTotals, type Line } from './invoice-totals.ts';
import { invoiceLines, invoices } from './tables.ts';

export const readLines = (tx: TenantTx, invoiceId: string) =>
  tx
    .select()
    .from(invoiceLines)
    .where(eq(invoiceLines.invoiceId, invoiceId))
    .orderBy(asc(invoiceLines.position), asc(invoiceLines.id));

/** The totals without VAT and of VAT in the organization's currency. */
export const convertedTotals = (of: { netTotal: string; vatTotal: string; exchangeRate: string }) => ({
  convertedNetTotal: convertAmount(of.netTotal, of.exchangeRate),
  convertedVatTotal: convertAmount(of.vatTotal, of.exchangeRate),
});

/**
 * Sets the totals of a locked invoice that will have these lines. Its version rises, so that nobody issues or deletes,
 * with an `expectedVersion`, what somebody else has changed meanwhile.
 */
export async function setTotals(
  tx: TenantTx,
  viewer: Viewer,
  invoice: typeof invoices.$inferSelect,
  lines: readonly Line[],
): Promise<void> {
  const { exchangeRate } = invoice;
  const totals = invoiceTotals(lines);
  const patch = { ...totals, ...convertedTotals({ ...totals, exchangeRate }) };
  const { before, after } = changesOf(invoice, patch, getColumns(invoices));
  if (!Object.keys(after).length) return;
  const version = sql`${invoices.version} + 1`;
  await tx
    .update(invoices)
    .set({ ...after, version })
    .where(eq(invoices.id, invoice.id));
  const event = { action: 'invoice.totalled', resourceType: 'Invoice', resourceId: invoice.id, before, after };
  await recordEvent(tx, viewer, event);
}
