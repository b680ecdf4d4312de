import { describe, expect, it } from 'vitest';
import {
  compareDecimals,
  divideDecimal,
  formatAmount,
  formatDecimal,
  parseDecimal,
  quotientOf,
  toDecimal,
} from './decimal.ts';

const format = (text: string) => formatDecimal(parseDecimal(text)!);
const divide = (text: string, by: number, digits: number) =>
  formatDecimal(divideDecimal(parseDecimal(text)!, by, digits));

describe('decimals', () => {
  it('reads and writes exactly', () => {
    expect(['0', '14', '-1.50', '+2', '0.05', '-0.05', '95001.98'].map(format)).toEqual([
      '0',
      '14',
      '-1.5',
      '2',
      '0.05',
      '-0.05',
      '95001.98',
    ]);
  });

  it('refuses what is no decimal', () => {
    for (const text of ['', '1.', '.5', '1,5', '1e3', 'NaN', ' 1', '0x1']) expect(parseDecimal(text)).toBeUndefined();
  });

  it('divides exactly where the digits suffice, else to the nearest', () => {
    expect(divide('0.7', 8, 6)).toBe('0.0875');
    expect(divide('14', 8, 6)).toBe('1.75');
    expect(divide('1', 3, 4)).toBe('0.3333');
    expect(divide('2', 3, 4)).toBe('0.6667');
    expect(divide('0.01', 8, 2)).toBe('0');
    expect(divide('-0.7', 8, 3)).toBe('-0.088');
  });

  it('divides decimals of either sign, halves away from zero', () => {
    const quotient = (a: string, b: string) => formatDecimal(quotientOf(toDecimal(a), toDecimal(b), 2));
    expect([quotient('1', '-0.3'), quotient('-0.125', '1'), quotient('-1', '-8'), quotient('0', '-3')]).toEqual([
      '-3.33',
      '-0.13',
      '0.13',
      '0',
    ]);
  });

  it('writes amounts with two digits, and compares whatever the scale', () => {
    expect(['0', '-0.004', '-0.005', '12.5', '1234567.891'].map((text) => formatAmount(toDecimal(text)))).toEqual([
      '0.00',
      '0.00',
      '-0.01',
      '12.50',
      '1234567.89',
    ]);
    const compare = (a: string, b: string) => compareDecimals(toDecimal(a), toDecimal(b));
    expect([compare('1.50', '1.5'), compare('1', '1.01'), compare('-1', '-1.01')]).toEqual([0, -1, 1]);
  });
});
