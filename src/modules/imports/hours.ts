import { type Decimal, divideDecimal, formatDecimal, parseDecimal } from '../../lib/decimal.ts';
import { type NumberFormat, readNumber } from './number-format.ts';

/** An exact duration in a unit: an hour has `perHour` of these units. */
export interface Hours {
  amount: Decimal;
  perHour: number;
}

const unitsPerHour = { hours: 1, minutes: 60, seconds: 3_600 };
export type HoursUnit = keyof typeof unitsPerHour;

const clock = /^(\d{1,7}):([0-5]?\d)(?::([0-5]?\d))?$/;
const spelled =
  /^(?:(\d{1,7}) ?h(?:ours?|rs?)?)? ?(?:(\d{1,7}) ?m(?:in(?:utes?)?)?)? ?(?:(\d{1,7}) ?s(?:ec(?:onds?)?)?)?$/i;

/** Reads hours from `1:30`, `01:30:20`, `1h 30m`, `90 min` or a plain number in a unit; undefined for other text. */
export function readHours(text: string, numbers: NumberFormat, unit: HoursUnit = 'hours'): Hours | undefined {
  const [found, hours = 0, minutes = 0, seconds = 0] = clock.exec(text) ?? spelled.exec(text) ?? [];
  if (found) {
    const units = BigInt(Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds));
    return { amount: { units, scale: 0 }, perHour: unitsPerHour.seconds };
  }
  const amount = parseDecimal(readNumber(text, numbers) ?? '');
  return amount && { amount, perHour: unitsPerHour[unit] };
}

/** Rounds to hundredths of an hour, halves up; with `minutes`, first to a multiple of that number of minutes. */
export function roundHours({ amount, perHour }: Hours, minutes?: number): string {
  if (minutes === undefined) return formatDecimal(divideDecimal(amount, perHour, 2));
  const { units } = divideDecimal({ ...amount, units: amount.units * 60n }, perHour * minutes, 0);
  return formatDecimal(divideDecimal({ units: units * BigInt(minutes), scale: 0 }, 60, 2));
}

/** The hours between two times, rounded by `roundHours`; undefined if the end is before the start. */
export function elapsedHours(start: Date, end: Date, minutes?: number): string | undefined {
  const milliseconds = end.getTime() - start.getTime();
  if (milliseconds < 0) return undefined;
  return roundHours({ amount: { units: BigInt(milliseconds), scale: 3 }, perHour: unitsPerHour.seconds }, minutes);
}
