import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allocate } from './allocate.ts';

const last = { id: 'last', periodStart: '2025-06-01', usableUntil: '2027-05-31', days: 2 };
const next = { id: 'next', periodStart: '2026-06-01', usableUntil: '2028-05-31', days: 2 };
const leave = (id: string, ...days: string[]) => ({ id, days: days.map((day) => ({ day, part: 1 })) });

it('leave draws on the balance that ends first, and only on those that are usable on the day', () => {
  const { remaining, uncovered } = allocate(
    [next, last],
    [
      leave('a', '2026-07-01', '2026-07-02', '2026-07-03'),
      leave('b', '2026-05-29'),
      leave('c', '2027-06-01', '2027-06-02'),
    ],
  );
  expect(Object.fromEntries(remaining)).toEqual({ last: 0, next: 0 });
  expect(Object.fromEntries(uncovered)).toEqual({ a: 0, b: 1, c: 1 });
});

it('what is taken, what remains and what is missing add up', () => {
  const day = fc.integer({ min: 1, max: 28 }).map((at) => `2026-01-${String(at).padStart(2, '0')}`);
  const supply = fc.record({ id: fc.uuid(), periodStart: day, usableUntil: day, days: fc.nat(20).map((n) => n / 2) });
  const demand = fc.record({
    id: fc.uuid(),
    days: fc.array(fc.record({ day, part: fc.constantFrom(0.5, 1) }), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(fc.array(supply, { maxLength: 4 }), fc.array(demand, { maxLength: 6 }), (supplies, demands) => {
      const { remaining, uncovered } = allocate(supplies, demands);
      const total = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
      const supplied = total(supplies.map(({ days }) => days));
      const wanted = total(demands.flatMap(({ days }) => days.map(({ part }) => part)));
      expect(supplied - total(remaining.values())).toBe(wanted - total(uncovered.values()));
      for (const left of remaining.values()) expect(left).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 200, seed: 3 },
  );
});
