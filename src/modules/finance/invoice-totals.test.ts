import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertAmount, invoiceTotals, type Line, lineAmount } from './invoice-totals.ts';

type Given = Omit<Line, 'netAmount'> & Parameters<typeof lineAmount>[0];

const line = (
  quantity: string,
  unitPrice: string,
  vatRate: string | null = '20',
  more: Partial<Given> = {},
): Given => ({
  ...{ kind: 'ITEM', quantity, unitPrice, discount: '0', vatCategory: 'S', vatRate, exemptionReason: null },
  ...more,
});
const priced = (lines: readonly Given[]): Line[] => lines.map((each) => ({ ...each, netAmount: lineAmount(each) }));
const totalsOf = (...lines: Given[]) => invoiceTotals(priced(lines));
const vatOf = (...lines: Given[]) =>
  totalsOf(...lines).vatLines.map(({ vatRate, basis, amount }) => [vatRate, basis, amount]);

describe('the totals of an invoice', () => {
  const services = [
    line('18.5', '650.00'),
    line('12.25', '517.35', '20', { discount: '100.00' }),
    line('7.3333', '89.90'),
    line('1', '142.73', '10'),
    line('1', '250.00', '20.00', { kind: 'ALLOWANCE' }),
    line('1', '35.00', '20.0', { kind: 'CHARGE' }),
  ];

  it('with a discount, an allowance, a charge and two rates', () => {
    expect(services.map(lineAmount)).toEqual(['12025.00', '6237.54', '659.26', '142.73', '250.00', '35.00']);
    expect(vatOf(...services)).toEqual([
      ['20', '18706.80', '3741.36'],
      ['10', '142.73', '14.27'],
    ]);
    expect(totalsOf(...services)).toMatchObject({
      lineTotal: '19064.53',
      allowanceTotal: '250.00',
      chargeTotal: '35.00',
      netTotal: '18849.53',
      vatTotal: '3755.63',
      grossTotal: '22605.16',
    });
  });

  it('round VAT once per rate, half up', () => {
    const lines = [...[1, 2, 3].map(() => line('1', '10.03')), line('1', '42.65', '10'), line('1', '23.00', '5.5')];
    expect(vatOf(...lines)).toEqual([
      ['20', '30.09', '6.02'],
      ['10', '42.65', '4.27'],
      ['5.5', '23.00', '1.27'],
    ]);
    expect(totalsOf(...lines)).toMatchObject({ netTotal: '95.74', vatTotal: '11.56', grossTotal: '107.30' });
  });

  it('take a down payment back by a negative line', () => {
    const expected = { netTotal: '7000.00', vatTotal: '1400.00', grossTotal: '8400.00' };
    expect(totalsOf(line('1', '10000'), line('-1', '3000'))).toMatchObject(expected);
  });

  it('have no VAT under reverse charge, with its reason', () => {
    const reverse = line('4', '700', '0', { vatCategory: 'AE', exemptionReason: 'Autoliquidation' });
    expect(totalsOf(reverse)).toMatchObject({ netTotal: '2800.00', vatTotal: '0.00', grossTotal: '2800.00' });
    expect(totalsOf(reverse).vatLines).toMatchObject([{ vatCategory: 'AE', exemptionReason: 'Autoliquidation' }]);
  });

  it('are converted by the rate of the document', () => {
    expect([convertAmount('2800.00', '0.86205'), convertAmount('-1.01', '0.5')]).toEqual(['2413.74', '-0.51']);
  });
});

/** An exact fraction: the oracle shares no code with what it checks. */
type Fraction = readonly [numerator: bigint, denominator: bigint];

const fraction = (text: string): Fraction => {
  const [whole = '', decimals = ''] = text.replace('-', '').split('.');
  const numerator = BigInt(whole + decimals);
  return [text.startsWith('-') ? -numerator : numerator, 10n ** BigInt(decimals.length)];
};
const plus = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d];
const minus = (a: Fraction, [c, d]: Fraction): Fraction => plus(a, [-c, d]);
const times = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * c, b * d];
/** Cents, by counting up from the truncated value. */
const cents = ([a, b]: Fraction): Fraction => {
  const positive = a < 0n ? -a : a;
  const truncated = (positive * 100n) / b;
  const up = (positive * 100n - truncated * b) * 2n >= b ? truncated + 1n : truncated;
  return [a < 0n ? -up : up, 100n];
};
const isEqual = (text: string, [a, b]: Fraction): boolean => {
  const [c, d] = fraction(text);
  return /^-?\d+\.\d{2}$/.test(text) && a * d === c * b;
};
const total = (all: readonly Fraction[]): Fraction => all.reduce(plus, [0n, 1n]);

const decimals = (digits: number, most: number, least = 0) =>
  fc.integer({ min: least * 10 ** digits, max: most * 10 ** digits }).map((units) => {
    const text = String(Math.abs(units)).padStart(digits + 1, '0');
    return `${units < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
  });
const lines = fc.record({
  kind: fc.constantFrom('ITEM', 'ITEM', 'ITEM', 'ALLOWANCE', 'CHARGE'),
  quantity: decimals(4, 500, -500),
  unitPrice: decimals(6, 2000),
  discount: decimals(2, 300),
  vatCategory: fc.constant('S'),
  vatRate: fc.constantFrom('20', '10.00', '5.5', '2.1', '0.9'),
  exemptionReason: fc.constant(null),
}) as fc.Arbitrary<Given & { vatRate: string }>;

it('equal the formulas of EN 16931 on exact fractions, for any lines, discounts, rates and quantities', () => {
  const property = fc.property(fc.array(lines, { maxLength: 16 }), (given) => {
    const found = totalsOf(...given);
    const net = given.map(({ quantity, unitPrice, discount }) =>
      minus(cents(times(fraction(quantity), fraction(unitPrice))), fraction(discount)),
    );
    const signed = net.map((amount, at) => (given[at]!.kind === 'ALLOWANCE' ? minus([0n, 1n], amount) : amount));
    const sumOf = (kind: string) => total(net.filter((_, at) => given[at]!.kind === kind));
    const rates = [...new Set(given.map(({ vatRate }) => Number(vatRate)))];
    const taxes = rates.map((rate) => {
      const basis = total(signed.filter((_, at) => Number(given[at]!.vatRate) === rate));
      const row = found.vatLines.find(({ vatRate }) => Number(vatRate) === rate)!;
      const tax = cents(times(basis, times(fraction(row.vatRate!), [1n, 100n])));
      expect([row.basis, isEqual(row.basis, basis)]).toEqual([row.basis, true]);
      expect([row.amount, isEqual(row.amount, tax)]).toEqual([row.amount, true]);
      return tax;
    });
    expect(found.vatLines).toHaveLength(rates.length);
    const netTotal = plus(minus(sumOf('ITEM'), sumOf('ALLOWANCE')), sumOf('CHARGE'));
    const sums: [string, Fraction][] = [
      [found.lineTotal, sumOf('ITEM')],
      [found.allowanceTotal, sumOf('ALLOWANCE')],
      [found.chargeTotal, sumOf('CHARGE')],
      [found.netTotal, netTotal],
      [found.vatTotal, total(taxes)],
      [found.grossTotal, plus(netTotal, total(taxes))],
    ];
    for (const [text, exact] of sums) expect([text, isEqual(text, exact)]).toEqual([text, true]);
  });
  fc.assert(property, { numRuns: 300 });
});
