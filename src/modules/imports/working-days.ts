import { formatDecimal, parseDecimal, rescale } from '../../lib/decimal.ts';

/** Hours worked on one day: `YYYY-MM-DD` and an exact decimal. */
export interface WorkDay {
  day: string;
  hours: string;
}

const dayMs = 86_400_000;

/**
 * Spreads a total over working days (Monday to Friday), beginning with the first one at or after `start`: `hoursPerDay`
 * on each, and the remainder on the last. The days add up to the exact total; zero gives no days. `total` and
 * `hoursPerDay` must be decimals.
 */
export function spreadHours(total: string, start: string, hoursPerDay: string): WorkDay[] {
  const [amount, portion] = [parseDecimal(total)!, parseDecimal(hoursPerDay)!];
  const scale = Math.max(amount.scale, portion.scale);
  const perDay = rescale(portion, scale).units;
  const days: WorkDay[] = [];
  let date = Date.parse(start);
  for (let left = rescale(amount, scale).units; left > 0n; left -= perDay) {
    date = workingDay(date);
    const units = left < perDay ? left : perDay;
    days.push({ day: new Date(date).toISOString().slice(0, 10), hours: formatDecimal({ units, scale }) });
    date += dayMs;
  }
  return days;
}

/** The day itself; on a weekend, the following Monday. */
function workingDay(date: number): number {
  const weekday = new Date(date).getUTCDay();
  if (weekday === 6) return date + 2 * dayMs;
  return weekday === 0 ? date + dayMs : date;
}
