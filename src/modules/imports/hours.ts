import { type Decimal, divideDecimal, formatDecimal, parseDecimal } from '../../lib/decimal.ts';
import { type NumberFormat, readNumber } from './number-format.ts';

/** An exact number of hours, as a fraction: `of` parts, of which an hour has `parts`. */
export interface Hours {
  of: Decimal;
  parts: number;
}

const partsOf = { hours: 1, minutes: 60, seconds: 3_600 };
export type HoursUnit = keyof typeof partsOf;

const clock = /^(\d{1,7}):([0-5]?\d)(?::([0-5]?\d))?$/;
const spelled =
  /^(?:(\d{1,7}) ?h(?:ours?|rs?)?)? ?(?:(\d{1,7}) ?m(?:in(?:utes?)?)?)? ?(?:(\d{1,7}) ?s(?:ec(?:onds?)?)?)?$/i;

/** Reads hours from `1:30`, `01:30:20`, `1h 30m`, `90 min` or a plain number in a unit; undefined for other text. */
export function readHours(text: string, numbers: NumberFormat, unit: HoursUnit = 'hours'): Hours | undefined {
  const [found, hours = 0, minutes = 0, seconds = 0] = clock.exec(text) ?? spelled.exec(text) ?? [];
  if (found) {
    const units = BigInt(Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds));
    return { of: { units, scale: 0 }, parts: partsOf.seconds };
  }
  const of = parseDecimal(readNumber(text, numbers) ?? '');
  return of && { of, parts: partsOf[unit] };
}

/** Rounds to hundredths of an hour, halves up; with `minutes`, first to a multiple of that number of minutes. */
export function roundHours({ of, parts }: Hours, minutes?: number): string {
  if (minutes === undefined) return formatDecimal(divideDecimal(of, parts, 2));
  const { units } = divideDecimal({ ...of, units: of.units * 60n }, parts * minutes, 0);
  return formatDecimal(divideDecimal({ units: units * BigInt(minutes), scale: 0 }, 60, 2));
}

/** The hours between two times, rounded by `roundHours`; undefined if the end is before the start. */
export function elapsedHours(start: Date, end: Date, minutes?: number): string | undefined {
  const milliseconds = end.getTime() - start.getTime();
  if (milliseconds < 0) return undefined;
  return roundHours({ of: { units: BigInt(milliseconds), scale: 3 }, parts: partsOf.seconds }, minutes);
}
