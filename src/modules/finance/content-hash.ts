import { createHash } from 'node:crypto';
import { getColumns } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { shortestDecimal } from '../../lib/decimal.ts';
import { invoiceLines, invoices } from './tables.ts';

type Invoice = typeof invoices.$inferSelect;
type Line = typeof invoiceLines.$inferSelect;

/** What is hashed, in this order. Later columns need a list of their own, for invoices that are issued from then on. */
const columns = [
  ...(['id', 'clientId', 'projectId', 'kind', 'creditedInvoiceId', 'number', 'issueDate', 'dueDate'] as const),
  ...(['periodStart', 'periodEnd', 'orderNumber', 'note', 'currency', 'exchangeRate', 'lineTotal'] as const),
  ...(['allowanceTotal', 'chargeTotal'] as const),
  ...(['netTotal', 'vatTotal', 'grossTotal', 'convertedNetTotal', 'convertedVatTotal', 'vatLines'] as const),
  ...(['seller', 'buyer'] as const),
] as const satisfies readonly (keyof Invoice)[];

const lineColumns = [
  ...(['id', 'position', 'kind', 'name', 'quantity', 'unit', 'unitPrice', 'discount'] as const),
  ...(['vatCategory', 'vatRate', 'exemptionReason', 'netAmount'] as const),
] as const satisfies readonly (keyof Line)[];

/** What is hashed besides where it is not null, so that older hashes stay as they are. */
const laterLineColumns = ['downPaymentId'] as const satisfies readonly (keyof Line)[];

/**
 * SHA-256 of what an invoice says, in hexadecimal. Equal values give equal hashes, whichever form the database returns:
 * numbers have their shortest form, and keys of objects are sorted.
 */
export function contentHash(
  invoice: Pick<Invoice, (typeof columns)[number]>,
  lines: readonly Pick<Line, (typeof lineColumns | typeof laterLineColumns)[number]>[],
): string {
  const [ofInvoice, ofLine] = [getColumns(invoices), getColumns(invoiceLines)];
  const content = [
    ...columns.map((column) => canonical(invoice[column], ofInvoice[column])),
    lines
      .toSorted((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1))
      .map((line) =>
        [...lineColumns, ...laterLineColumns.filter((column) => line[column] !== null)].map((column) =>
          canonical(line[column], ofLine[column]),
        ),
      ),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

const canonical = (value: unknown, column: PgColumn): unknown =>
  typeof value === 'string' && column.getSQLType().startsWith('numeric') ? shortestDecimal(value) : sorted(value);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
