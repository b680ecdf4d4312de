import { fromDayNumber, toDayNumber } from '../../lib/days.ts';
import { weekdays } from '../settings/registry.ts';

type Weekday = (typeof weekdays)[number];

/** The first day of the week that contains a day, if weeks start on this day of the week. */
export function weekStartOf(day: string, startsOn: Weekday): string {
  const number = toDayNumber(day);
  // Day 0 is a Thursday
  const sinceMonday = number + 3 - weekdays.indexOf(startsOn);
  return fromDayNumber(number - (((sinceMonday % 7) + 7) % 7));
}

/** The last day of the week that starts on a day. */
export const weekEndOf = (weekStart: string): string => fromDayNumber(toDayNumber(weekStart) + 6);
