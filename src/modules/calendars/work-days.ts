import { fromDayNumber, toDayNumber } from '../../lib/days.ts';
import { weekdays } from '../settings/registry.ts';
import { type PublicHolidayRegion, publicHolidays } from './public-holidays.ts';

type Weekday = (typeof weekdays)[number];

/** The parts of a calendar that determine its working days. */
export interface WorkCalendar {
  workingDays: readonly string[];
  hoursPerDay: string;
  publicHolidays: PublicHolidayRegion;
  goodFriday: boolean;
  holidays: readonly { day: string; name: string }[];
}

/** A day of a calendar. */
export interface CalendarDay {
  day: string;
  isWorkingDay: boolean;
  /** The name of the holiday; null if it is none. */
  holiday: string | null;
}

// Day 0 is a Thursday
export const weekdayOf = (day: string): Weekday => weekdays[(((toDayNumber(day) + 3) % 7) + 7) % 7]!;

/** Whether it is a day from Monday to Friday. */
export const isWeekday = (day: string): boolean => !['SATURDAY', 'SUNDAY'].includes(weekdayOf(day));

/** All days from the first to the last one. */
export const daysBetween = (from: string, to: string): string[] => {
  const first = toDayNumber(from);
  return Array.from({ length: Math.max(toDayNumber(to) - first + 1, 0) }, (_, index) => fromDayNumber(first + index));
};

/** The holidays of a calendar in a period, by day. */
export function holidaysOf(calendar: WorkCalendar, from: string, to: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let year = Number(from.slice(0, 4)); year <= Number(to.slice(0, 4)); year++)
    for (const [day, name] of publicHolidays(calendar.publicHolidays, year, calendar)) found.set(day, name);
  for (const { day, name } of calendar.holidays) found.set(day, name);
  return found;
}

/** Each day of a period in the calendar. */
export function calendarDays(calendar: WorkCalendar, from: string, to: string): CalendarDay[] {
  const holidays = holidaysOf(calendar, from, to);
  return daysBetween(from, to).map((day) => {
    const holiday = holidays.get(day) ?? null;
    return { day, isWorkingDay: holiday === null && calendar.workingDays.includes(weekdayOf(day)), holiday };
  });
}

/** The working days of a period. */
export const workingDaysOf = (calendar: WorkCalendar, from: string, to: string): string[] =>
  calendarDays(calendar, from, to).flatMap(({ day, isWorkingDay }) => (isWorkingDay ? [day] : []));
