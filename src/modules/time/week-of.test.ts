import { expect, it } from 'vitest';
import { weekEndOf, weekStartOf } from './week-of.ts';

it('a week starts on the day of the setting, whatever the day in it', () => {
  const days = ['2026-11-29', '2026-11-30', '2026-12-05', '2026-12-06', '2026-12-07'];
  expect(days.map((day) => weekStartOf(day, 'MONDAY'))).toEqual([
    ...['2026-11-23', '2026-11-30', '2026-11-30', '2026-11-30', '2026-12-07'],
  ]);
  expect(days.map((day) => weekStartOf(day, 'SUNDAY'))).toEqual([
    ...['2026-11-29', '2026-11-29', '2026-11-29', '2026-12-06', '2026-12-06'],
  ]);
  expect(weekStartOf('1969-12-31', 'MONDAY')).toBe('1969-12-29');
  expect(weekEndOf('2026-12-28')).toBe('2027-01-03');
});
