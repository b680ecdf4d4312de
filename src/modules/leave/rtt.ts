import { type PublicHolidayRegion, publicHolidays } from '../calendars/public-holidays.ts';
import { daysBetween, isWeekday } from '../calendars/work-days.ts';

export interface YearlyDays {
  /** The days of work of the yearly day contract, the solidarity day included (L3121-64: at most 218). */
  workDays?: number;
  /** Days of paid leave, in jours ouvrés. */
  paidLeave?: number;
  goodFriday?: boolean;
}

/** Days of RTT of a yearly day contract: the weekdays of the year without holidays, paid leave and days of work. */
export function rttDays(
  region: PublicHolidayRegion,
  year: number,
  { workDays = 218, paidLeave = 25, goodFriday = true }: YearlyDays = {},
): number {
  const holidays = publicHolidays(region, year, { goodFriday });
  const weekdays = daysBetween(`${year}-01-01`, `${year}-12-31`).filter(isWeekday);
  return Math.max(weekdays.filter((day) => !holidays.has(day)).length - paidLeave - workDays, 0);
}
