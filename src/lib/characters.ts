import { z } from 'zod';

/*
 * Lengths count characters (Unicode code points), not the UTF-16 units of JavaScript's `length`, of which an emoji
 * takes two.
 */

/** The number of characters of a text. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Whether a text has at most `most` characters. Counts them only when `length` does not decide. */
export function hasAtMost(text: string, most: number): boolean {
  if (text.length <= most) return true;
  return text.length <= 2 * most && countCharacters(text) <= most;
}

/** The first `most` characters of a text. */
export const firstCharacters = (text: string, most: number): string =>
  hasAtMost(text, most) ? text : [...text.slice(0, 2 * most)].slice(0, most).join('');

/** A check of a string: at most `most` characters. Use it instead of `max`, which counts UTF-16 units. */
export const maxCharacters = (most: number, message = `at most ${most} characters`) =>
  z.refine<string>((text) => hasAtMost(text, most), message);

/** A check of a string: at least `least` characters. Use it instead of `min`, which counts UTF-16 units. */
export const minCharacters = (least: number, message = `at least ${least} characters`) =>
  z.refine<string>((text) => text.length >= least && (least <= 1 || countCharacters(text) >= least), message);
