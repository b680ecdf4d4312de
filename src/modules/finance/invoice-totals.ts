import {
  addDecimals,
  type Decimal,
  formatAmount,
  formatDecimal,
  multiplyDecimals,
  quotientOf,
  roundDecimal,
  subtractDecimals,
  toDecimal,
  zero,
} from '../../lib/decimal.ts';
import { vatCategories } from './tables.ts';

export interface Taxed {
  vatCategory: (typeof vatCategories)[number];
  /** Percent; null in category O, which has no rate. */
  vatRate: string | null;
}

export interface Line extends Taxed {
  quantity: string;
  unitPrice: string;
  /** The quantity that the unit price is for; 1 by default. */
  baseQuantity?: string;
  discount?: string | null;
  charge?: string | null;
}

/** An allowance or a charge on the whole document. */
export interface Adjustment extends Taxed {
  kind: 'ALLOWANCE' | 'CHARGE';
  amount: string;
}

/** The basis and the tax of a category and rate (BG-23). */
export interface VatLine extends Taxed {
  basis: string;
  amount: string;
}

export interface InvoiceTotals {
  /** The sum of the lines (BT-106). */
  lineTotal: string;
  /** The sums of the document's allowances and charges (BT-107, BT-108). */
  allowanceTotal: string;
  chargeTotal: string;
  /** Without VAT (BT-109). */
  netTotal: string;
  vat: VatLine[];
  /** BT-110. */
  vatTotal: string;
  /** With VAT (BT-112). */
  grossTotal: string;
  /** Still to pay (BT-115). */
  dueTotal: string;
}

const one = toDecimal('1');
const hundred = toDecimal('100');

/** The amount of a line (BT-131): the rounded price, less its discount, plus its charge. */
export function lineAmount({ quantity, unitPrice, baseQuantity, discount, charge }: Line): string {
  const price = multiplyDecimals(toDecimal(quantity), toDecimal(unitPrice));
  const gross = quotientOf(price, baseQuantity === undefined ? one : toDecimal(baseQuantity), 2);
  const discounted = subtractDecimals(gross, toDecimal(discount ?? '0'));
  return formatAmount(addDecimals(discounted, toDecimal(charge ?? '0')));
}

/**
 * The totals of a document by the rules BR-CO-10 to BR-CO-16 of EN 16931. Amounts are rounded to two digits; halves are
 * rounded away from zero. VAT is rounded once per category and rate, never per line.
 */
export function invoiceTotals(
  lines: readonly Line[],
  adjustments: readonly Adjustment[] = [],
  { prepaid = '0', rounding = '0' }: { prepaid?: string; rounding?: string } = {},
): InvoiceTotals {
  const priced = lines.map((line) => ({ ...line, amount: lineAmount(line) }));
  const of = (kind: Adjustment['kind']) => sum(adjustments.filter((each) => each.kind === kind));
  const [lineTotal, allowanceTotal, chargeTotal] = [sum(priced), of('ALLOWANCE'), of('CHARGE')];
  const netTotal = addDecimals(subtractDecimals(lineTotal, allowanceTotal), chargeTotal);
  const vat = vatLines([...priced, ...adjustments.map(signed)]);
  const vatTotal = sum(vat);
  const grossTotal = addDecimals(netTotal, vatTotal);
  const dueTotal = addDecimals(subtractDecimals(grossTotal, toDecimal(prepaid)), toDecimal(rounding));
  const amounts = { lineTotal, allowanceTotal, chargeTotal, netTotal, vatTotal, grossTotal, dueTotal };
  const texts = Object.entries(amounts).map(([name, amount]) => [name, formatAmount(amount)]);
  return { ...(Object.fromEntries(texts) as { [K in keyof typeof amounts]: string }), vat };
}

type Amount = Taxed & { amount: string };

const sum = (rows: readonly { amount: string }[]): Decimal =>
  rows.reduce((total, { amount }) => addDecimals(total, toDecimal(amount)), zero);

const signed = ({ kind, ...adjustment }: Adjustment): Amount =>
  kind === 'CHARGE'
    ? adjustment
    : { ...adjustment, amount: formatAmount(subtractDecimals(zero, toDecimal(adjustment.amount))) };

/** The breakdown by category and rate, in the order of the categories, higher rates first. */
function vatLines(amounts: readonly Amount[]): VatLine[] {
  const groups = new Map<string, Amount[]>();
  for (const amount of amounts) {
    const key = `${vatCategories.indexOf(amount.vatCategory)} ${amount.vatRate === null ? '' : formatDecimal(toDecimal(amount.vatRate))}`;
    groups.set(key, [...(groups.get(key) ?? []), amount]);
  }
  const order = (key: string): number => Number(key.split(' ')[0]) * 1000 - Number(key.split(' ')[1]);
  return [...groups].sort(([a], [b]) => order(a) - order(b)).map(([, group]) => vatLineOf(group));
}

function vatLineOf(group: readonly Amount[]): VatLine {
  const { vatCategory, vatRate } = group[0]!;
  const basis = sum(group);
  const tax = quotientOf(multiplyDecimals(basis, toDecimal(vatRate ?? '0')), hundred, 2);
  return { vatCategory, vatRate, basis: formatAmount(roundDecimal(basis, 2)), amount: formatAmount(tax) };
}
