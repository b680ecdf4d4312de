import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Adjustment, invoiceTotals, type Line, lineAmount } from './invoice-totals.ts';

const line = (quantity: string, unitPrice: string, vatRate = '20', more: Partial<Line> = {}): Line => ({
  quantity,
  unitPrice,
  vatCategory: 'S',
  vatRate,
  ...more,
});
const adjustment = (kind: Adjustment['kind'], amount: string): Adjustment => ({
  kind,
  amount,
  vatCategory: 'S',
  vatRate: '20.00',
});
const vatOf = (lines: readonly Line[], adjustments: readonly Adjustment[] = []) =>
  invoiceTotals(lines, adjustments).vat.map(({ vatRate, basis, amount }) => [vatRate, basis, amount]);

describe('the totals of an invoice', () => {
  const services = [
    line('18.5', '650.00'),
    line('12.25', '517.35', '20', { discount: '100.00' }),
    line('7.3333', '89.90'),
    line('1', '142.73', '10'),
  ];
  const adjustments = [adjustment('ALLOWANCE', '250.00'), adjustment('CHARGE', '35.00')];

  it('with a discount, an allowance, a charge and two rates', () => {
    expect(services.map(lineAmount)).toEqual(['12025.00', '6237.54', '659.26', '142.73']);
    expect(vatOf(services, adjustments)).toEqual([
      ['20', '18706.80', '3741.36'],
      ['10', '142.73', '14.27'],
    ]);
    expect(invoiceTotals(services, adjustments)).toMatchObject({
      lineTotal: '19064.53',
      allowanceTotal: '250.00',
      chargeTotal: '35.00',
      netTotal: '18849.53',
      vatTotal: '3755.63',
      grossTotal: '22605.16',
      dueTotal: '22605.16',
    });
  });

  it('round VAT once per rate, half up', () => {
    const lines = [...[1, 2, 3].map(() => line('1', '10.03')), line('1', '42.65', '10'), line('1', '23.00', '5.5')];
    expect(vatOf(lines)).toEqual([
      ['20', '30.09', '6.02'],
      ['10', '42.65', '4.27'],
      ['5.5', '23.00', '1.27'],
    ]);
    expect(invoiceTotals(lines)).toMatchObject({ netTotal: '95.74', vatTotal: '11.56', grossTotal: '107.30' });
  });

  it('take a down payment back by a negative line, or as prepaid', () => {
    expect(invoiceTotals([line('1', '3000')])).toMatchObject({ vatTotal: '600.00', grossTotal: '3600.00' });
    const byLine = invoiceTotals([line('1', '10000'), line('-1', '3000')]);
    expect(byLine).toMatchObject({ netTotal: '7000.00', vatTotal: '1400.00', grossTotal: '8400.00' });
    expect(byLine.dueTotal).toBe('8400.00');
    expect(invoiceTotals([line('1', '10000')], [], { prepaid: '3600' })).toMatchObject({
      netTotal: '10000.00',
      vatTotal: '2000.00',
      grossTotal: '12000.00',
      dueTotal: '8400.00',
    });
  });

  it('of a credit note are positive', () => {
    expect(invoiceTotals([line('1.25', '517.35')])).toMatchObject({
      netTotal: '646.69',
      vatTotal: '129.34',
      grossTotal: '776.03',
    });
  });

  it('have no VAT under reverse charge', () => {
    const reverse = line('4', '700', '0', { vatCategory: 'AE' });
    expect(invoiceTotals([reverse])).toMatchObject({ netTotal: '2800.00', vatTotal: '0.00', grossTotal: '2800.00' });
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
const over = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d, b * c];
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
const rates = fc.constantFrom('20', '10.00', '5.5', '2.1', '0.9');
const lines = fc.record({
  quantity: decimals(4, 500, -500),
  unitPrice: decimals(6, 2000),
  baseQuantity: fc.constantFrom('1', '3', '7.5', '100'),
  discount: fc.option(decimals(2, 300)),
  charge: fc.option(decimals(2, 300)),
  vatCategory: fc.constant('S' as const),
  vatRate: rates,
});
const adjustments = fc.record({
  kind: fc.constantFrom('ALLOWANCE' as const, 'CHARGE' as const),
  amount: decimals(2, 1000),
  vatCategory: fc.constant('S' as const),
  vatRate: rates,
});

it('equal the formulas of EN 16931 on exact fractions, for any lines, discounts, rates and quantities', () => {
  const property = fc.property(
    fc.array(lines, { maxLength: 12 }),
    fc.array(adjustments, { maxLength: 4 }),
    decimals(2, 500),
    (given, documentWide, prepaid) => {
      const found = invoiceTotals(given, documentWide, { prepaid });
      const net = given.map(({ quantity, unitPrice, baseQuantity, discount, charge }) => {
        const price = cents(over(times(fraction(quantity), fraction(unitPrice)), fraction(baseQuantity)));
        return plus(minus(price, fraction(discount ?? '0')), fraction(charge ?? '0'));
      });
      const sumOf = (kind: string) =>
        total(documentWide.filter((each) => each.kind === kind).map(({ amount }) => fraction(amount)));
      const netTotal = plus(minus(total(net), sumOf('ALLOWANCE')), sumOf('CHARGE'));
      const taxes = [...new Set([...given, ...documentWide].map(({ vatRate }) => Number(vatRate)))].map((rate) => {
        const basis = plus(
          total(net.filter((_, at) => Number(given[at]!.vatRate) === rate)),
          total(
            documentWide
              .filter(({ vatRate }) => Number(vatRate) === rate)
              .map(({ kind, amount }) => fraction(kind === 'CHARGE' ? amount : `-${amount}`)),
          ),
        );
        const row = found.vat.find(({ vatRate }) => Number(vatRate) === rate)!;
        const tax = cents(over(times(basis, fraction(row.vatRate!)), [100n, 1n]));
        expect([row.basis, isEqual(row.basis, basis)]).toEqual([row.basis, true]);
        expect([row.amount, isEqual(row.amount, tax)]).toEqual([row.amount, true]);
        return tax;
      });
      expect(found.vat).toHaveLength(taxes.length);
      const gross = plus(netTotal, total(taxes));
      const sums: [string, Fraction][] = [
        [found.lineTotal, total(net)],
        [found.allowanceTotal, sumOf('ALLOWANCE')],
        [found.chargeTotal, sumOf('CHARGE')],
        [found.netTotal, netTotal],
        [found.vatTotal, total(taxes)],
        [found.grossTotal, gross],
        [found.dueTotal, minus(gross, fraction(prepaid))],
      ];
      for (const [text, exact] of sums) expect([text, isEqual(text, exact)]).toEqual([text, true]);
    },
  );
  fc.assert(property, { numRuns: 300 });
});
