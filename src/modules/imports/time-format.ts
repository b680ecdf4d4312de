import { readInstant } from '../../lib/instants.ts';
import { zonedInstant } from '../../lib/zoned-time.ts';
import { dayOf, timePattern } from './day-format.ts';

/** Reads an instant, given the time zone in which it is written. */
export type TimeReader = (text: string, timeZone: string) => Date | undefined;

const wholeTime = ['day', 'hour', 'minute', 'month', 'year'];

/**
 * Compiles a pattern of a day (see `dayReader`) and HH, H, mm, ss and A (am or pm), such as `DD/MMM/YY H:mm A`.
 * Undefined if the pattern lacks the hour, the minute or a part of the day.
 */
export function timeReader(pattern: string): TimeReader | undefined {
  const { parts, match } = timePattern(pattern);
  if (parts.filter((part) => part !== 'second' && part !== 'half').join() !== wholeTime.join()) return undefined;
  return (text, timeZone) => {
    const found = match(text);
    const day = found && dayOf(found);
    const hour = found && hourOf(found);
    if (day === undefined || hour === undefined) return undefined;
    const { minute, second = '00' } = found!;
    const wall = readInstant(`${day}T${String(hour).padStart(2, '0')}:${minute}:${second}Z`);
    return wall && zonedInstant(timeZone, wall);
  };
}

function hourOf({ hour, half }: Readonly<Record<string, string | undefined>>): number | undefined {
  const number = Number(hour);
  if (half === undefined) return number;
  if (number < 1 || number > 12) return undefined;
  return (number % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}
