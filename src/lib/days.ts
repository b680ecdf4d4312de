import { showInstant } from './instants.ts';

const dayMs = 86_400_000;

/** A calendar day as a number: days since 1970-01-01. */
export const toDayNumber = (day: string): number => Math.round(Date.parse(day) / dayMs);

/** The calendar day (YYYY-MM-DD) of a day number; beyond years of four digits, the nearest one that has them. */
export const fromDayNumber = (number: number): string => showInstant(new Date(number * dayMs)).slice(0, 10);

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  formatters.set(timeZone, made);
  return made;
}

/** The calendar day (YYYY-MM-DD) that an instant falls on in a time zone. */
export const dayIn = (timeZone: string, instant: Date = new Date()): string => formatterOf(timeZone).format(instant);
