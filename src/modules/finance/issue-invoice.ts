import { eq, isNull, or } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { dayIn } from '../../lib/days.ts';
import { compareDecimals, toDecimal, zero } from '../../lib/decimal.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { contentHash } from './content-hash.ts';
import { credit } from './credit-note.ts';
import { takeNumber } from './invoice-series.ts';
import { dueDateOf } from './payment-terms.ts';
import { readLines } from './set-totals.ts';
import { type invoiceLines, type invoices, legalIdentities, type Party, partyColumns } from './tables.ts';

type Invoice = typeof invoices.$inferSelect;
type Identity = typeof legalIdentities.$inferSelect;

/**
 * The columns of a locked draft that is issued. The series is locked after the invoice, and last: whoever waits for its
 * number holds nothing that others need.
 */
export async function issued(tx: TenantTx, viewer: Viewer, draft: Invoice, seriesId: string) {
  const today = dayIn(tx.timeZone);
  const issueDate = draft.issueDate ?? today;
  if (issueDate > today) throw badInput('must not be in the future', 'input.issueDate');
  const { seller, buyer, dueDate } = await readParties(tx, draft, issueDate);
  const lines = await readLines(tx, draft.id);
  checkContent(draft, lines, seller, buyer);
  const credits = draft.kind === 'CREDIT_NOTE';
  if (credits) await credit(tx, viewer, draft);
  const number = await takeNumber(tx, viewer, seriesId, issueDate);
  const document = { ...draft, number, issueDate, dueDate, seller, buyer };
  return {
    ...{ seriesId, number, issueDate, dueDate, seller, buyer },
    status: credits || isAbove0(draft.grossTotal) ? ('ISSUED' as const) : ('PAID' as const),
    outstandingTotal: credits ? '0.00' : draft.grossTotal,
    issuedAt: new Date(),
    contentHash: contentHash(document, lines),
  };
}

const isAbove0 = (amount: string): boolean => compareDecimals(toDecimal(amount), zero) > 0;

/** The legal identities of both parties, locked against changes, and the last day to pay. */
async function readParties(tx: TenantTx, { clientId, kind, dueDate: given }: Invoice, issueDate: string) {
  const rows = await tx
    .select()
    .from(legalIdentities)
    .where(or(isNull(legalIdentities.clientId), eq(legalIdentities.clientId, clientId)))
    .for('share');
  const [seller, buyer] = [null, clientId].map((id) => rows.find((row) => row.clientId === id));
  if (!seller || !buyer) {
    const party = seller ? 'client' : 'organization';
    const details = { field: 'input.id', missing: 'LegalIdentity' };
    throw new AppError('INVALID_STATE', `The ${party} has no legal identity`, details);
  }
  const terms = { days: buyer.paymentDays, monthEnd: buyer.paymentMonthEnd };
  const dueDate = given ?? (kind === 'CREDIT_NOTE' ? null : dueDateOf(issueDate, terms));
  if (dueDate && dueDate < issueDate) throw badInput('must not be after the last day to pay', 'input.issueDate');
  return { seller: partyOf(seller), buyer: partyOf(buyer), dueDate };
}

const partyOf = (identity: Identity): Party =>
  Object.fromEntries(partyColumns.map((column) => [column, identity[column]])) as Party;

/** Throws INVALID_STATE for what no invoice may say (EN 16931). */
function checkContent(
  { grossTotal, vatLines }: Invoice,
  lines: readonly (typeof invoiceLines.$inferSelect)[],
  seller: Party,
  buyer: Party,
): void {
  const refuse = (message: string): never => {
    throw new AppError('INVALID_STATE', message, { field: 'input.id' });
  };
  const categories = new Set(vatLines.map(({ vatCategory }) => vatCategory));
  if (!lines.some(({ kind }) => kind === 'ITEM')) refuse('An invoice needs an item');
  if (compareDecimals(toDecimal(grossTotal), zero) < 0) refuse('The total of an invoice must not be negative');
  if (categories.has('O') && categories.size > 1) refuse('Category O of VAT mixes with no other (BR-O-11)');
  for (const category of categories) {
    const reasons = lines.filter((line) => line.vatCategory === category).map((line) => line.exemptionReason);
    if (new Set(reasons).size > 1) refuse(`Category ${category} of VAT must have one reason for exemption`);
  }
  if (!seller.vatNumber && (!seller.siren || categories.has('S')))
    refuse('The organization has no VAT number (BR-S-02)');
  if (categories.has('AE') && !buyer.vatNumber && !buyer.siren)
    refuse('Reverse charge needs the VAT number or SIREN of the client (BR-AE-02)');
  if (categories.has('K') && !buyer.vatNumber) refuse('Category K needs the VAT number of the client (BR-IC-02)');
}
