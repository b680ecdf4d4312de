import {
  addDecimals,
  compareDecimals,
  type Decimal,
  formatAmount,
  formatDecimal,
  multiplyDecimals,
  negateDecimal,
  quotientOf,
  roundDecimal,
  subtractDecimals,
  toDecimal,
  zero,
} from '../../lib/decimal.ts';
import { type invoiceLines, type VatLine, vatCategories } from './tables.ts';

type Row = typeof invoiceLines.$inferSelect;
type Priced = Pick<Row, 'quantity' | 'unitPrice' | 'discount'>;

/** A line with its amount. */
export type Line = Pick<Row, 'kind' | 'netAmount' | 'vatCategory' | 'vatRate' | 'exemptionReason'>;

/** The amount of a line (BT-131): the rounded price less its discount. */
export function lineAmount({ quantity, unitPrice, discount }: Priced): string {
  const price = roundDecimal(multiplyDecimals(toDecimal(quantity), toDecimal(unitPrice)), 2);
  return formatAmount(subtractDecimals(price, toDecimal(discount)));
}

/**
 * The totals of an invoice by the rules BR-CO-10 to BR-CO-15 of EN 16931: the sums of items (BT-106), allowances
 * (BT-107) and charges (BT-108), the totals without VAT (BT-109), of VAT (BT-110) and with VAT (BT-112). Amounts are
 * rounded to two digits, halves away from zero. VAT is rounded once per category and rate, never per line.
 */
export function invoiceTotals(lines: readonly Line[]) {
  const of = (kind: Line['kind']) => sum(lines.filter((line) => line.kind === kind).map(({ netAmount }) => netAmount));
  const [lineTotal, allowanceTotal, chargeTotal] = [of('ITEM'), of('ALLOWANCE'), of('CHARGE')];
  const netTotal = addDecimals(subtractDecimals(lineTotal, allowanceTotal), chargeTotal);
  const vatLines = vatLinesOf(lines);
  const vatTotal = sum(vatLines.map(({ amount }) => amount));
  return {
    lineTotal: formatAmount(lineTotal),
    allowanceTotal: formatAmount(allowanceTotal),
    chargeTotal: formatAmount(chargeTotal),
    netTotal: formatAmount(netTotal),
    vatTotal: formatAmount(vatTotal),
    grossTotal: formatAmount(addDecimals(netTotal, vatTotal)),
    vatLines,
  };
}

/** A rate is kept as it was written: 20 and 20.00 are the same. */
export const isSameRate = (a: string | null, b: string | null): boolean =>
  a === null || b === null ? a === b : compareDecimals(toDecimal(a), toDecimal(b)) === 0;

const hundred = toDecimal('100');

const sum = (amounts: readonly string[]): Decimal =>
  amounts.reduce((total, amount) => addDecimals(total, toDecimal(amount)), zero);

/** An amount in another currency, rounded to two digits. */
export const convertAmount = (amount: string, rate: string): string =>
  formatAmount(multiplyDecimals(toDecimal(amount), toDecimal(rate)));

/** The breakdown by category and rate (BG-23), in the order of the categories, higher rates first. */
function vatLinesOf(lines: readonly Line[]): VatLine[] {
  const groups = Map.groupBy(
    lines,
    ({ vatCategory, vatRate }) => `${vatCategory} ${vatRate === null ? '' : formatDecimal(toDecimal(vatRate))}`,
  );
  return [...groups.values()].map(vatLineOf).sort(byCategoryAndRate);
}

const byCategoryAndRate = (a: VatLine, b: VatLine): number =>
  vatCategories.indexOf(a.vatCategory) - vatCategories.indexOf(b.vatCategory) ||
  compareDecimals(toDecimal(b.vatRate ?? '0'), toDecimal(a.vatRate ?? '0'));

function vatLineOf(group: readonly Line[]): VatLine {
  const { vatCategory, vatRate } = group[0]!;
  const basis = group.reduce((total, line) => addDecimals(total, signedAmount(line)), zero);
  const amount = quotientOf(multiplyDecimals(basis, toDecimal(vatRate ?? '0')), hundred, 2);
  const exemptionReason = group.find((line) => line.exemptionReason)?.exemptionReason ?? null;
  return { vatCategory, vatRate, basis: formatAmount(basis), amount: formatAmount(amount), exemptionReason };
}

const signedAmount = ({ kind, netAmount }: Line): Decimal =>
  kind === 'ALLOWANCE' ? negateDecimal(toDecimal(netAmount)) : toDecimal(netAmount);
