import { randomInt } from 'node:crypto';

/** Crockford's base 32: no letter that looks like a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const length = 10;

/** A code that is easy to read out and to type, such as `7K3QX-0M9TB`; 50 random bits. */
export const newJoinCode = (): string =>
  dashed(Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join(''));

/** The stored form of a typed code: accepts any case, O for 0, I or L for 1, and a missing dash. */
export const normalizeJoinCode = (typed: string): string =>
  dashed(
    typed
      .toUpperCase()
      .replaceAll('O', '0')
      .replaceAll(/[IL]/g, '1')
      .replaceAll(/[^0-9A-Z]/g, ''),
  );

const dashed = (code: string) => `${code.slice(0, 5)}-${code.slice(5)}`;
