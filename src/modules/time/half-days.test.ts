import fc from 'fast-check';
import { expect, it } from 'vitest';
import { halfDaysOf } from './half-days.ts';

it('rounds hours to half days of a working day', () => {
  const expected: [string, number][] = [
    ...([
      ['0.25', 0],
      ['1.99', 0],
      ['2', 1],
      ['4', 1],
      ['5.99', 1],
    ] as const),
    ...([
      ['6', 2],
      ['8', 2],
      ['12', 2],
    ] as const),
  ].map(([hours, halves]) => [hours, halves]);
  for (const [hours, halves] of expected) expect(halfDaysOf(hours, '8'), hours).toBe(halves);
  expect(halfDaysOf('1.75', '7')).toBe(1);
  expect(halfDaysOf('1.74', '7')).toBe(0);
});

it('is the nearest number of half days, at most two', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2500 }), fc.integer({ min: 1, max: 2400 }), (worked, day) => {
      const exact = (2 * worked) / day;
      const halves = halfDaysOf((worked / 100).toFixed(2), (day / 100).toFixed(2));
      const distance = Math.abs(halves - Math.min(exact, 2));
      for (const other of [0, 1, 2]) expect(distance).toBeLessThanOrEqual(Math.abs(other - Math.min(exact, 2)));
    }),
  );
});
