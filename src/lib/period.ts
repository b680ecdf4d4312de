import { badInput } from './errors.ts';

type Day = string | null | undefined;

/** Throws BAD_INPUT, naming the argument of the end, when it lies before the start. Null and absent are open. */
export function checkPeriod(start: Day, end: Day, field: string): void {
  if (start && end && end < start) throw badInput(`must not be before ${start}`, field);
}
