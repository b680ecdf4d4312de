import { Declined } from '../../access/decline.ts';
import type { Plan } from './plan.ts';

/*
 * What is kept of documents takes so much memory, measured on Node 24: a plan and all that it refers to, the parsed
 * document above all, which it holds when nobody else does any more.
 */
const perCharacter = 80;
const perCharacterOfSql = 8;
const least = 8 * 1024;

/** A plan of a document of so many characters, under a key; estimated. */
export function planBytes(plan: Plan | Declined, documentLength: number, key: string): number {
  if (plan instanceof Declined) return least + key.length;
  return least + key.length + perCharacter * documentLength + perCharacterOfSql * plan.text.length;
}

/** What is known of one variant of an operation, of a document of so many characters; estimated. */
export const variantBytes = (documentLength: number): number => least + perCharacter * documentLength;
