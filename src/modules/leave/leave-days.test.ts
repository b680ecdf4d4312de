import { expect, it } from 'vitest';
import { isEmpty, leaveDays } from './leave-days.ts';

const calendar = {
  workingDays: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'],
  hoursPerDay: '7',
  publicHolidays: 'FRANCE' as const,
  goodFriday: true,
  holidays: [],
};
const span = (fromDate: string, toDate: string, fromHalf = 'MORNING', toHalf = 'AFTERNOON') =>
  ({ fromDate, toDate, fromHalf, toHalf }) as Parameters<typeof isEmpty>[0];

it('leave counts the days of its type, without holidays unless they are calendar days', () => {
  // Monday to Sunday, with the Ascension on Thursday
  const week = span('2026-05-11', '2026-05-17');
  const counts = ['WORKING_DAYS', 'MONDAY_TO_SATURDAY', 'CALENDAR_DAYS'] as const;
  expect(counts.map((count) => leaveDays(calendar, count, week))).toEqual(['4.0', '5.0', '7.0']);
});

it('leave counts half days at both ends, if the days count at all', () => {
  const days = (...of: Parameters<typeof span>) => leaveDays(calendar, 'WORKING_DAYS', span(...of));
  expect(days('2026-05-11', '2026-05-12', 'AFTERNOON', 'MORNING')).toBe('1.0');
  expect(days('2026-05-11', '2026-05-11', 'AFTERNOON')).toBe('0.5');
  expect(days('2026-05-14', '2026-05-14', 'AFTERNOON')).toBe('0.0');
  expect(
    [span('2026-05-11', '2026-05-11', 'AFTERNOON', 'MORNING'), span('2026-05-11', '2026-05-11')].map(isEmpty),
  ).toEqual([...[true, false]]);
});
