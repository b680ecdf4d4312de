import { Declined } from '../../access/decline.ts';
import type { Plan } from './plan.ts';

/*
 * Memory estimates, measured on Node 24. A plan keeps everything that it refers to alive, above all the parsed
 * document, even when nothing else refers to that any more.
 */
const perCharacter = 80;
const perCharacterOfSql = 8;
const least = 8 * 1024;

/** Estimated memory of a plan, or of the reason why there is none, with its cache key. */
export function planBytes(plan: Plan | Declined, documentLength: number, key: string): number {
  if (plan instanceof Declined) return least + key.length;
  return least + key.length + perCharacter * documentLength + perCharacterOfSql * plan.text.length;
}

/** Estimated memory of one variant of an operation. `documentLength` is in characters. */
export const variantBytes = (documentLength: number): number => least + perCharacter * documentLength;
