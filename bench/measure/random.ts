import { createHash } from 'node:crypto';
import type { Random } from '../operations/operation.ts';

/** The same numbers for the same name, in every run (xorshift, of Marsaglia). */
export function randomFrom(name: string): Random {
  let state = createHash('sha256').update(name).digest().readUInt32LE() || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}
