import { fromDayNumber, toDayNumber } from '../../../lib/days.ts';
import { AppError, badInput } from '../../../lib/errors.ts';
import { readDay } from '../../../lib/instants.ts';
import { calendarDays, type WorkCalendar } from '../../calendars/work-days.ts';

/** The day of the copy that corresponds to a day of the original. */
export type DayShift = (day: string) => string;

interface Starts {
  /** First day of the original. */
  from: string;
  /** First day of the copy. */
  to: string;
}

/** Days that the calendar is read for, before and after the start of a project: 20 years. */
const farthest = 7_305;

/** Keeps the number of days from the start. Throws BAD_INPUT for a day that the graph cannot hold. */
export function shiftByDays({ from, to }: Starts): DayShift {
  const offset = toDayNumber(to) - toDayNumber(from);
  return (day) => storable(fromDayNumber(toDayNumber(day) + offset));
}

/**
 * Keeps the number of working days from the start: a day comes right after as many working days as before, and a day
 * off becomes the next working day. So the order of days stays. Throws INVALID_STATE for a day that is too far from the
 * start, BAD_INPUT for one that the graph cannot hold.
 */
export function shiftByWorkingDays(calendar: WorkCalendar, { from, to }: Starts, days: readonly string[]): DayShift {
  const start = toDayNumber(from);
  const numbers = days.map(toDayNumber);
  const first = numbers.reduce((a, b) => Math.min(a, b), start);
  const last = numbers.reduce((a, b) => Math.max(a, b), start);
  if (start - first > farthest || last - start > farthest) throw tooFar();
  const passed = workingDaysUntil(calendar, first, last);
  const span = (length: number): number => 2 * length + 60;
  const target = toDayNumber(to);
  const [begin, end] = [target - span(start - first), target + span(last - start)];
  const free = calendarDays(calendar, fromDayNumber(begin), fromDayNumber(end));
  const working = free.flatMap(({ day, isWorkingDay }) => (isWorkingDay ? [day] : []));
  const pivot = working.findIndex((day) => day >= to);
  return (day) => {
    const offset = passed[toDayNumber(day) - first]! - passed[start - first]!;
    const found = pivot < 0 ? undefined : working[pivot + offset];
    if (found === undefined) throw tooFar();
    return storable(found);
  };
}

/** For each day of a period, the working days of the period before it. */
function workingDaysUntil(calendar: WorkCalendar, first: number, last: number): number[] {
  let passed = 0;
  return calendarDays(calendar, fromDayNumber(first), fromDayNumber(last)).map(({ isWorkingDay }) => {
    const before = passed;
    if (isWorkingDay) passed++;
    return before;
  });
}

function storable(day: string): string {
  if (readDay(day) === undefined) throw badInput('moves days of the project out of the calendar', 'input.startDate');
  return day;
}

const tooFar = (): AppError =>
  new AppError('INVALID_STATE', 'The project has days that are too far from its first day', { field: 'input.shift' });
