import { daysBetween, holidaysOf, type WorkCalendar, weekdayOf } from '../calendars/work-days.ts';
import type { halfDays, leaveDayCounts } from './tables.ts';

type HalfDay = (typeof halfDays)[number];

/** Leave from a half day to a half day, both included. */
export interface LeaveSpan {
  fromDate: string;
  fromHalf: HalfDay;
  toDate: string;
  toHalf: HalfDay;
}

/** Whether the span ends before it begins, on one day. */
export const isEmpty = ({ fromDate, fromHalf, toDate, toHalf }: LeaveSpan): boolean =>
  toDate < fromDate || (toDate === fromDate && fromHalf === 'AFTERNOON' && toHalf === 'MORNING');

/** The days of a span that a type of leave counts, with the part of each: 1 or 0.5. */
export function countedDays(
  calendar: WorkCalendar,
  dayCount: (typeof leaveDayCounts)[number],
  span: LeaveSpan,
): { day: string; part: number }[] {
  const { fromDate, toDate } = span;
  const holidays = holidaysOf(calendar, fromDate, toDate);
  const counts = (day: string): boolean => {
    if (dayCount === 'CALENDAR_DAYS') return true;
    if (holidays.has(day)) return false;
    return dayCount === 'WORKING_DAYS' ? calendar.workingDays.includes(weekdayOf(day)) : weekdayOf(day) !== 'SUNDAY';
  };
  return daysBetween(fromDate, toDate)
    .filter(counts)
    .map((day) => ({ day, part: partOf(span, day) }));
}

/** The part of a day of a span that the leave takes: 1 or 0.5. */
export function partOf({ fromDate, fromHalf, toDate, toHalf }: LeaveSpan, day: string): number {
  const startsLater = day === fromDate && fromHalf === 'AFTERNOON';
  const endsEarlier = day === toDate && toHalf === 'MORNING';
  return 1 - (startsLater ? 0.5 : 0) - (endsEarlier ? 0.5 : 0);
}

/** The number of those days, with one digit. */
export const leaveDays = (...given: Parameters<typeof countedDays>): string =>
  countedDays(...given)
    .reduce((total, { part }) => total + part, 0)
    .toFixed(1);
