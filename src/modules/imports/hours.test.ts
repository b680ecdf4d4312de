import { describe, expect, it } from 'vitest';
import { elapsedHours, type HoursUnit, readHours, roundHours } from './hours.ts';
import { type NumberFormat, readNumber } from './number-format.ts';

const english: NumberFormat = { decimal: '.', thousands: '' };
const french: NumberFormat = { decimal: ',', thousands: ' ' };

describe('numbers', () => {
  it.each([
    ['1234.5', english, '1234.5'],
    ['.5', english, '0.5'],
    ['-3', english, '-3'],
    ['1,33', french, '1.33'],
    ['1 234,50', french, '1234.50'],
    ['1\u202f234\u00a0567', french, '1234567'],
    ['1.234,5', { decimal: ',', thousands: '.' } as const, '1234.5'],
    // A point is not taken for a thousand
    ['1.33', { decimal: ',', thousands: '.' } as const, undefined],
    ['1.33', french, undefined],
    ['4,5', english, undefined],
    ['', english, undefined],
    ['.', english, undefined],
    ['1e5', english, undefined],
    ['9'.repeat(31), english, undefined],
  ])('%j in the format %j is %j', (text, format, expected) => {
    expect(readNumber(text, format)).toBe(expected);
  });
});

describe('hours', () => {
  const hours = (text: string, unit?: HoursUnit, minutes?: number) => {
    const read = readHours(text, english, unit);
    return read && roundHours(read, minutes);
  };

  it.each<[string, HoursUnit | undefined, number | undefined, string | undefined]>([
    ['01:30:20', undefined, undefined, '1.51'],
    ['1:20', undefined, undefined, '1.33'],
    ['100:00', undefined, undefined, '100'],
    ['1h 30m', undefined, undefined, '1.5'],
    ['90 min', undefined, undefined, '1.5'],
    ['45s', undefined, undefined, '0.01'],
    ['14400', 'seconds', undefined, '4'],
    ['50', 'minutes', undefined, '0.83'],
    ['1.005', 'hours', undefined, '1.01'],
    ['50', 'minutes', 15, '0.75'],
    ['53', 'minutes', 15, '1'],
    ['1:61', undefined, undefined, undefined],
    ['an hour', undefined, undefined, undefined],
  ])('%j of %s, rounded to %s minutes, are %s', (text, unit, minutes, expected) => {
    expect(hours(text, unit, minutes)).toBe(expected);
  });

  it('are computed between two times', () => {
    const start = new Date('2026-03-28T22:30:00Z');
    expect(elapsedHours(start, new Date('2026-03-29T02:15:00Z'))).toBe('3.75');
    expect(elapsedHours(start, new Date(start.getTime() - 1))).toBeUndefined();
  });
});
