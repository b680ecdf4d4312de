import { fromDayNumber } from '../../lib/days.ts';
import { monthOfName } from './month-names.ts';

/**
 * The tokens of a pattern: the part of a time that each stands for, and the expression that matches it. Longer tokens
 * come first, because `MM` is the beginning of `MMM`.
 */
const tokens: Record<string, readonly [part: string, source: string]> = {
  YYYY: ['year', '(?<year>\\d{4})'],
  YY: ['year', '(?<shortYear>\\d{2})'],
  MMM: ['month', '(?<monthName>\\p{L}{3,10}\\.?)'],
  MM: ['month', '(?<month>\\d{2})'],
  M: ['month', '(?<month>\\d{1,2})'],
  DD: ['day', '(?<day>\\d{2})'],
  D: ['day', '(?<day>\\d{1,2})'],
  HH: ['hour', '(?<hour>\\d{2})'],
  H: ['hour', '(?<hour>\\d{1,2})'],
  mm: ['minute', '(?<minute>\\d{2})'],
  ss: ['second', '(?<second>\\d{2})'],
  A: ['half', '(?<half>[ap])\\.?m\\.?'],
};

type Groups = Readonly<Record<string, string | undefined>>;

export interface TimePattern {
  /** The parts of a time that the pattern contains, sorted, with duplicates. */
  parts: readonly string[];
  match(text: string): Groups | undefined;
}

/** Compiles a pattern of these tokens; other characters match themselves. */
export function timePattern(pattern: string): TimePattern {
  const parts: string[] = [];
  const source = pattern.replace(/YYYY|YY|MMM|MM|M|DD|D|HH|H|mm|ss|A|./gsu, (found) => {
    const [part, token] = tokens[found] ?? [];
    if (part) parts.push(part);
    return token ?? found.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  });
  if (new Set(parts).size < parts.length) return { parts: parts.sort(), match: () => undefined };
  const form = new RegExp(`^${source}$`, 'iu');
  return { parts: parts.sort(), match: (text) => form.exec(text.replace(/[\u00a0\u202f]/g, ' '))?.groups };
}

/** Reads a day and returns it as `YYYY-MM-DD`; undefined for another format, or a day that does not exist. */
export type DayReader = (text: string) => string | undefined;

const dayParts = ['day', 'month', 'year'];
const timeParts = new Set(['hour', 'minute', 'second', 'half']);

/**
 * Compiles a pattern of YYYY, YY, MMM (the name of a month in English, French or German), MM, M, DD and D, such as
 * `DD-MMM-YY` or `DD/MM/YYYY`. A time of day in the pattern is ignored: `DD.MM.YYYY HH:mm`. `excel` is the number of a
 * day in a spreadsheet. Two-digit years mean 1969 to 2068, as in POSIX. Undefined if the pattern lacks day, month or
 * year, or repeats a part.
 */
export function dayReader(pattern: string): DayReader | undefined {
  if (pattern === 'excel') return readSerialDay;
  const { parts, match } = timePattern(pattern);
  if (parts.filter((part) => !timeParts.has(part)).join() !== dayParts.join()) return undefined;
  return (text) => {
    const found = match(text);
    return found && dayOf(found);
  };
}

/** The day from the groups that a pattern matched; undefined if it does not exist. */
export function dayOf(found: Groups): string | undefined {
  const [year, month] = [yearOf(found), monthOf(found)];
  return month === undefined ? undefined : toDay(year, month, Number(found.day));
}

function yearOf({ year, shortYear }: Groups): number {
  if (year !== undefined) return Number(year);
  const short = Number(shortYear);
  return short + (short < 69 ? 2000 : 1900);
}

const monthOf = ({ month, monthName }: Groups): number | undefined =>
  month === undefined ? monthOfName(monthName!) : Number(month);

function toDay(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.toISOString().slice(0, 10) : undefined;
}

/** Day 0 of spreadsheets, valid from 1900-03-01 on: they treat 1900 as a leap year. */
const serialZero = -25_569;
const lastSerial = 109_574;

function readSerialDay(text: string): string | undefined {
  const [, whole] = /^(\d{1,6})(?:\.\d+)?$/.exec(text) ?? [];
  const serial = Number(whole);
  return serial > 60 && serial <= lastSerial ? fromDayNumber(serial + serialZero) : undefined;
}
