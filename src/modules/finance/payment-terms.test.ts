import { describe, expect, it } from 'vitest';
import { dueDateOf, mostDays } from './payment-terms.ts';

describe('an invoice of 5 October 2026', () => {
  it.each([
    [30, 'NONE', '2026-11-04'],
    [60, 'NONE', '2026-12-04'],
    [45, 'NONE', '2026-11-19'],
    [45, 'DAYS_THEN_MONTH_END', '2026-11-30'],
    [45, 'MONTH_END_THEN_DAYS', '2026-12-15'],
    [0, 'MONTH_END_THEN_DAYS', '2026-10-31'],
  ] as const)('with %i days and %s is due on %s', (days, monthEnd, due) =>
    expect(dueDateOf('2026-10-05', { days, monthEnd })).toBe(due),
  );
});

it('ends months at the end of a year and in February of leap years', () => {
  const atOnce = { days: 0, monthEnd: 'DAYS_THEN_MONTH_END' } as const;
  expect(['2026-12-05', '2028-02-01', '2027-02-28'].map((day) => dueDateOf(day, atOnce))).toEqual([
    '2026-12-31',
    '2028-02-29',
    '2027-02-28',
  ]);
});

it('allows 60 days, or 45 with the end of the month', () => {
  expect([mostDays({ monthEnd: 'NONE' }), mostDays({ monthEnd: 'MONTH_END_THEN_DAYS' })]).toEqual([60, 45]);
});
