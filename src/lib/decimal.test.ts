import { describe, expect, it } from 'vitest';
import { divideDecimal, formatDecimal, parseDecimal } from './decimal.ts';

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
});
