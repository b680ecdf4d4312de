/*
 * Reads days and instants from clients, files and the database, and formats them. JavaScript's own parser reads the
 * years 1 to 99 as 19xx and 20xx.
 */

/** The days that inputs take. */
export const firstDay = '1900-01-01';
export const lastDay = '2199-12-31';

const firstInstant = Date.parse(`${firstDay}T00:00:00Z`);
const lastInstant = Date.parse(`${lastDay}T23:59:59.999Z`);

const dayForm = /^\d{4}-\d{2}-\d{2}$/;
const instantForm = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** Whether the calendar has a day of the form YYYY-MM-DD. */
const exists = (day: string): boolean => {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
};

/** Checks a text YYYY-MM-DD; undefined for any other text, for days that do not exist, and out of range. */
export const readDay = (text: string): string | undefined =>
  dayForm.test(text) && text >= firstDay && text <= lastDay && exists(text) ? text : undefined;

/** Parses RFC 3339 to the millisecond; undefined for any other text, and out of range. */
export function readInstant(text: string): Date | undefined {
  const [, day] = instantForm.exec(text) ?? [];
  if (day === undefined || !exists(day)) return undefined;
  const time = Date.parse(text.toUpperCase());
  return time >= firstInstant && time <= lastInstant ? new Date(time) : undefined;
}

const earliestShown = Date.parse('0001-01-01T00:00:00Z');
const latestShown = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Formats an instant for clients. Old rows may contain years of other than four digits: those show the nearest valid
 * instant.
 */
export const showInstant = (instant: Date): string =>
  new Date(Math.min(Math.max(instant.getTime(), earliestShown), latestShown)).toISOString();

/** The same for a day, from its text in the database. */
export function showDay(day: string): string {
  if (dayForm.test(day)) return day;
  return day.endsWith(' BC') || day.startsWith('-') ? '0001-01-01' : '9999-12-31';
}

const timestampForm = /^(\d{4,6})-(\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)(:\d\d)?(?::\d\d)?( BC)?$/;

/** Converts a timestamp of the database to a form that `new Date` reads; only unusual years need a conversion. */
export function readTimestamp(text: string): string {
  if (text.charCodeAt(0) !== 48 && text.charCodeAt(4) === 45 && !text.endsWith('BC')) return text;
  const [, year, day, time, hours, minutes = ':00', era] = timestampForm.exec(text) ?? [];
  if (year === undefined) return text;
  // The year 1 BC is 0, 2 BC is -1
  const signed = era ? 1 - Number(year) : Number(year);
  const digits = String(Math.abs(signed)).padStart(6, '0');
  return `${signed < 0 ? '-' : '+'}${digits}-${day}T${time}${hours}${minutes}`;
}
