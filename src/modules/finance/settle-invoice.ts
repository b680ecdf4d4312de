import { eq, getColumns } from 'drizzle-orm';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { changesOf } from '../../lib/changes-of.ts';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  formatAmount,
  subtractDecimals,
  toDecimal,
  zero,
} from '../../lib/decimal.ts';
import { badInput } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { invoices } from './tables.ts';

type Invoice = typeof invoices.$inferSelect;

/** An issued invoice, locked. Throws NOT_FOUND, and BAD_INPUT for a draft, a cancelled one and a credit note. */
export async function lockIssued(tx: TenantTx, viewer: Viewer, id: string, field: string): Promise<Invoice> {
  const invoice = await lockVisible(tx, viewer, invoices, id, 'Invoice', field);
  if (!invoice.number || invoice.kind === 'CREDIT_NOTE') throw badInput('must be an issued invoice', field);
  return invoice;
}

/**
 * Adds to what was credited or paid of a locked invoice. Its version stays, so that a payment does not cause
 * STALE_VERSION for people's changes. Returns its status.
 */
export async function settle(
  tx: TenantTx,
  viewer: Viewer,
  invoice: Invoice,
  added: { creditedTotal?: Decimal; paidTotal?: Decimal },
): Promise<Invoice['status']> {
  const credited = addDecimals(toDecimal(invoice.creditedTotal), added.creditedTotal ?? zero);
  const paid = addDecimals(toDecimal(invoice.paidTotal), added.paidTotal ?? zero);
  const gross = toDecimal(invoice.grossTotal);
  const left = subtractDecimals(subtractDecimals(gross, credited), paid);
  const patch = {
    ...{ creditedTotal: formatAmount(credited), paidTotal: formatAmount(paid), outstandingTotal: formatAmount(left) },
    status: statusOf({ gross, credited, paid, left }),
  };
  const { before, after } = changesOf(invoice, patch, getColumns(invoices));
  if (!Object.keys(after).length) return patch.status;
  await tx.update(invoices).set(after).where(eq(invoices.id, invoice.id));
  const event = { action: 'invoice.settled', resourceType: 'Invoice', resourceId: invoice.id, before, after };
  await recordEvent(tx, viewer, event);
  return patch.status;
}

interface Sums {
  gross: Decimal;
  credited: Decimal;
  paid: Decimal;
  left: Decimal;
}

/** The status of an issued invoice. */
export function statusOf({ gross, credited, paid, left }: Sums) {
  if (isPositive(credited) && compareDecimals(credited, gross) >= 0) return 'CREDITED' as const;
  if (!isPositive(left)) return 'PAID' as const;
  return isPositive(paid) ? ('PARTLY_PAID' as const) : ('ISSUED' as const);
}

const isPositive = (amount: Decimal): boolean => compareDecimals(amount, zero) > 0;
