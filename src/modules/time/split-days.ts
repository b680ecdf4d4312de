import { dayIn, fromDayNumber, toDayNumber } from '../../lib/days.ts';
import { AppError } from '../../lib/errors.ts';
import { Lru } from '../../lib/lru.ts';

const hourMs = 3_600_000;
/** An upper bound of any time zone's offset plus the longest day. */
const reachMs = 40 * hourMs;

/** Longest run of a timer, in days. It bounds the number of days that its time is split into. */
export const longestTimerDays = 31;
export const longestTimerMs = longestTimerDays * 24 * hourMs;

/** The first instant after `from` on a later day than `day`, at most `reachMs` later. A binary search in 28 steps. */
function endOfDay(timeZone: string, day: string, from: number): number {
  let [low, high] = [from, from + reachMs];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dayIn(timeZone, new Date(middle)) > day) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * The hours between two instants on each day of a time zone, rounded to two digits; days of 0.00 only if there are no
 * others. Throws INTERNAL if the instants are more than 31 days apart.
 */
export function splitDays(timeZone: string, start: Date, end: Date): { workDate: string; hours: string }[] {
  if (end.getTime() - start.getTime() > longestTimerMs) {
    throw new AppError('INTERNAL', `More than ${longestTimerDays} days to split`);
  }
  const parts: { workDate: string; hours: string }[] = [];
  for (let at = start.getTime(); at < end.getTime() || parts.length === 0; ) {
    const workDate = dayIn(timeZone, new Date(at));
    const until = Math.min(endOfDay(timeZone, workDate, at), end.getTime());
    parts.push({ workDate, hours: ((until - at) / hourMs).toFixed(2) });
    at = until;
  }
  const worked = parts.filter(({ hours }) => Number(hours) > 0);
  return worked.length ? worked : parts.slice(0, 1);
}

const lengths = new Lru<number>(10_000);

/** The hours of a day in a time zone: 24; 23 or 25 when clocks change; 0 for a day that the zone skipped. */
export function hoursOfDay(timeZone: string, day: string): number {
  const key = `${timeZone} ${day}`;
  const known = lengths.get(key);
  if (known !== undefined) return known;
  const number = toDayNumber(day);
  // No zone is more than 14 hours ahead of UTC
  const start = endOfDay(timeZone, fromDayNumber(number - 1), (number * 24 - 15) * hourMs);
  const hours = (endOfDay(timeZone, day, start - 1) - start) / hourMs;
  lengths.set(key, hours);
  return hours;
}
