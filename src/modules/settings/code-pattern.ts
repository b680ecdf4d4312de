import { hasAtMost } from '../../lib/characters.ts';
import { AppError } from '../../lib/errors.ts';

const token = /\{(YYYY|YY|MM|seq(?::([1-9]))?)\}/g;
const maximumLength = 60;

/** Throws BAD_INPUT unless the pattern has exactly one `{seq}` or `{seq:digits}` and no unknown tokens. */
export function checkPattern(pattern: string, field: string): void {
  const numbers = pattern.match(/\{seq(:[1-9])?\}/g)?.length ?? 0;
  const rest = pattern.replace(token, '');
  if (numbers === 1 && !/[{}]/.test(rest) && hasAtMost(pattern, maximumLength)) return;
  const message =
    'A code pattern has one {seq} or {seq:5}, and may have {YYYY}, {YY} and {MM}, such as INV-{YYYY}-{seq:5}';
  throw new AppError('BAD_INPUT', message, { field, issues: [{ path: field.split('.'), message }] });
}

function datePart(name: string, day: string): string {
  const [year = '', month = ''] = day.split('-');
  if (name === 'YYYY') return year;
  return name === 'YY' ? year.slice(2) : month;
}

/** The code for a day (YYYY-MM-DD) and a number; a number longer than its width keeps all digits. */
export const renderCode = (pattern: string, day: string, number: number): string =>
  pattern.replace(token, (_all, name: string, width?: string) =>
    name.startsWith('seq') ? String(number).padStart(Number(width ?? 1), '0') : datePart(name, day),
  );

/** The part of a day that the pattern shows: the counter restarts when it changes. */
export const periodOf = (pattern: string, day: string): string =>
  [...pattern.matchAll(token)]
    .map((match) => match[1]!)
    .filter((name) => !name.startsWith('seq'))
    .map((name) => datePart(name, day))
    .join('-');
