import { dayReader } from './day-format.ts';

const iso = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?$/i;
const epoch = /^(\d{9,11})(?:\.(\d+))?$/;
const readDay = dayReader('YYYY-MM-DD')!;

/**
 * The moment that a text means: ISO 8601, of UTC when it names no zone, or seconds since 1970. What is finer than a
 * millisecond is cut off, as the database does not keep it. Undefined for any other text.
 */
export function readInstant(text: string): Date | undefined {
  const [, seconds, fraction = ''] = epoch.exec(text) ?? [];
  if (seconds !== undefined) return new Date(Number(seconds + fraction.padEnd(3, '0').slice(0, 3)));
  const [, day, time, zone = 'Z'] = iso.exec(text) ?? [];
  if (day === undefined || readDay(day) === undefined) return undefined;
  const date = new Date(`${day}T${time!.replace(/(\.\d{3})\d+$/, '$1')}${zone.toUpperCase()}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
