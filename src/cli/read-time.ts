import { readDay, readInstant } from '../lib/instants.ts';

/** Reads an instant, or a day as its start in UTC, in the formats of all inputs; undefined for any other text. */
export function readTime(text: string): Date | undefined {
  const day = readDay(text);
  return day === undefined ? readInstant(text) : readInstant(`${day}T00:00:00Z`);
}
