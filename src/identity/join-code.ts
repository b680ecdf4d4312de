import { randomInt } from 'node:crypto';

/** Crockford's alphabet: no letter that is taken for a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const length = 10;

/** A code to read out or write on a board: 50 random bits, like `7K3QX-0M9TB`. */
export const newJoinCode = (): string =>
  dashed(Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join(''));

/** The code as it was made, however it was typed: any case, with O for 0 and I or L for 1, with or without the dash. */
export const normalizeJoinCode = (typed: string): string =>
  dashed(
    typed
      .toUpperCase()
      .replaceAll('O', '0')
      .replaceAll(/[IL]/g, '1')
      .replaceAll(/[^0-9A-Z]/g, ''),
  );

const dashed = (code: string) => `${code.slice(0, 5)}-${code.slice(5)}`;
