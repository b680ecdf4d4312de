import { readDay, readInstant } from '../lib/instants.ts';

/** The time that a day (its start in UTC) or an instant means, as all inputs have it; undefined for any other text. */
export function readTime(text: string): Date | undefined {
  const day = readDay(text);
  return day === undefined ? readInstant(text) : readInstant(`${day}T00:00:00Z`);
}
