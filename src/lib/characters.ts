import { z } from 'zod';

/*
 * Lengths as people count them: in characters (Unicode code points), not in the UTF-16 units of JavaScript's `length`,
 * of which an emoji takes two.
 */

/** How many characters a text has. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Whether a text has at most so many characters. Counts only texts that may be on either side of the bound. */
export function hasAtMost(text: string, most: number): boolean {
  if (text.length <= most) return true;
  return text.length <= 2 * most && countCharacters(text) <= most;
}

/** A check of a string: at most so many characters. Use it instead of `max`, which counts UTF-16 units. */
export const maxCharacters = (most: number, message = `at most ${most} characters`) =>
  z.refine<string>((text) => hasAtMost(text, most), message);
