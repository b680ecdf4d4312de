import { fromDayNumber, toDayNumber } from '../../lib/days.ts';

/** Days from the first to the last one. */
export interface Period {
  from: string;
  to: string;
}

const two = (number: number): string => String(number).padStart(2, '0');
const dayOf = (year: number, month: number, day: number): string =>
  `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;

export const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The same day so many months later, or the last day of that month if it is shorter. */
export function addMonths(day: string, months: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const index = year * 12 + month - 1 + months;
  const [y, m] = [Math.floor(index / 12), (index % 12) + 1];
  return dayOf(y, m, Math.min(date, daysInMonth(y, m)));
}

export const addDays = (day: string, days: number): string => fromDayNumber(toDayNumber(day) + days);

/** The period of twelve months that contains a day, if periods begin on the first of this month. */
export function periodOf(day: string, startMonth: number): Period {
  const [year, month] = day.split('-').map(Number) as [number, number];
  const from = dayOf(month < startMonth ? year - 1 : year, startMonth, 1);
  return { from, to: addDays(addMonths(from, 12), -1) };
}

/** The days that two periods have in common; undefined if there are none. */
export function overlapOf(a: Period, b: Period): Period | undefined {
  const from = a.from > b.from ? a.from : b.from;
  const to = a.to < b.to ? a.to : b.to;
  return from <= to ? { from, to } : undefined;
}
