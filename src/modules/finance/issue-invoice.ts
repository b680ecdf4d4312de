import { asc, eq, isNull, or } from 'drizzle-orm';
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
import {
  type invoiceLines,
  type invoices,
  legalIdentities,
  type Party,
  partyColumns,
  type vatCategories,
} from './tables.ts';

type Invoice = typeof invoices.$inferSelect;
type Identity = typeof legalIdentities.$inferSelect;

/**
 * The columns to write when a locked draft is issued. The series is locked last: its lock is the one that invoices of
 * other clients wait for.
 */
export async function issued(tx: TenantTx, viewer: Viewer, draft: Invoice, seriesId: string) {
  if (draft.issueDate && draft.issueDate > dayIn(tx.timeZone))
    throw badInput('must not be in the future', 'input.issueDate');
  const { seller, buyer, terms } = await readParties(tx, draft);
  const lines = await readLines(tx, draft.id);
  checkContent(draft, lines, seller, buyer);
  const credits = draft.kind === 'CREDIT_NOTE';
  const content = credits ? await credit(tx, viewer, draft) : draft;
  const { number, issueDate } = await takeNumber(tx, viewer, seriesId, draft.issueDate);
  const dueDate = draft.dueDate ?? (credits ? null : dueDateOf(issueDate, terms));
  if (dueDate && dueDate < issueDate)
    throw new AppError('INVALID_STATE', 'The invoice would be due before it is issued: change its dueDate', {
      field: 'input.id',
      dueDate,
    });
  const document = { ...content, number, issueDate, dueDate, seller, buyer };
  return {
    ...{ seriesId, number, issueDate, dueDate, seller, buyer },
    ...{ vatLines: content.vatLines, vatTotal: content.vatTotal, grossTotal: content.grossTotal },
    ...{ convertedNetTotal: content.convertedNetTotal, convertedVatTotal: content.convertedVatTotal },
    status: credits || isAbove0(content.grossTotal) ? ('ISSUED' as const) : ('PAID' as const),
    outstandingTotal: credits ? '0.00' : content.grossTotal,
    issuedAt: new Date(),
    contentHash: contentHash(document, lines),
  };
}

const isAbove0 = (amount: string): boolean => compareDecimals(toDecimal(amount), zero) > 0;

const isBelow0 = (amount: string): boolean => compareDecimals(toDecimal(amount), zero) < 0;

/** The legal identities of both parties, locked against changes, and the terms of payment. */
async function readParties(tx: TenantTx, { clientId }: Invoice) {
  const rows = await tx
    .select()
    .from(legalIdentities)
    .where(or(isNull(legalIdentities.clientId), eq(legalIdentities.clientId, clientId)))
    // In the order in which upserts lock them
    .orderBy(asc(legalIdentities.id))
    .for('share');
  const [seller, buyer] = [null, clientId].map((id) => rows.find((row) => row.clientId === id));
  if (!seller || !buyer) {
    const party = seller ? 'client' : 'organization';
    const details = { field: 'input.id', missing: 'LegalIdentity' };
    throw new AppError('INVALID_STATE', `The ${party} has no legal identity`, details);
  }
  const terms = { days: buyer.paymentDays, monthEnd: buyer.paymentMonthEnd };
  return { seller: partyOf(seller), buyer: partyOf(buyer), terms };
}

type Category = (typeof vatCategories)[number];

/** Categories in which the seller's VAT number must be on the invoice, and the rules that say so. */
const needVatNumber: Partial<Record<Category, string>> = { S: 'BR-S-02', K: 'BR-IC-02', G: 'BR-G-02' };

const partyOf = (identity: Identity): Party =>
  Object.fromEntries(partyColumns.map((column) => [column, identity[column]])) as Party;

/** Throws INVALID_STATE for content that EN 16931 forbids. */
function checkContent(
  { kind: ofInvoice, grossTotal, vatLines }: Invoice,
  lines: readonly (typeof invoiceLines.$inferSelect)[],
  seller: Party,
  buyer: Party,
): void {
  const refuse = (message: string): never => {
    throw new AppError('INVALID_STATE', message, { field: 'input.id' });
  };
  const categories = new Set(vatLines.map(({ vatCategory }) => vatCategory));
  if (!lines.some(({ kind }) => kind === 'ITEM')) refuse('An invoice needs an item');
  if (isBelow0(grossTotal)) refuse('The total of an invoice must not be negative');
  if (ofInvoice === 'CREDIT_NOTE' && lines.some(({ netAmount }) => isBelow0(netAmount)))
    refuse('The amounts of a credit note are positive');
  // No credit note could take a negative basis back
  if (vatLines.some(({ basis }) => isBelow0(basis)))
    refuse('The basis of a category and rate of VAT must not be negative: take back less at this rate');
  if (categories.has('O') && categories.size > 1)
    refuse('VAT category O cannot be combined with another one (BR-O-11)');
  for (const category of categories) {
    const reasons = lines.filter((line) => line.vatCategory === category).map((line) => line.exemptionReason);
    if (new Set(reasons).size > 1) refuse(`All lines of VAT category ${category} need the same exemption reason`);
  }
  if (categories.has('S') && seller.vatRegime === 'FRANCHISE')
    refuse('The organization charges no VAT (vatRegime FRANCHISE): use category E');
  for (const [category, rule] of Object.entries(needVatNumber)) {
    if (!seller.vatNumber && categories.has(category as Category))
      refuse(`VAT category ${category} needs the VAT number of the organization (${rule})`);
  }
  if (!seller.vatNumber && !seller.siren) refuse('The organization has neither a VAT number nor a SIREN (BR-CO-26)');
  if (categories.has('AE') && !buyer.vatNumber && !buyer.siren)
    refuse('Reverse charge needs the VAT number or SIREN of the client (BR-AE-02)');
  if (categories.has('K') && !buyer.vatNumber) refuse('Category K needs the VAT number of the client (BR-IC-02)');
}
