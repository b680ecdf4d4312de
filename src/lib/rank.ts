import { AppError } from './errors.ts';

/**
 * A rank is a fraction between 0 and 1 without its "0.", in base 62 digits that sort by their bytes, and never ends in
 * 0. Between two ranks there is always another one. Appending and prepending step by a fixed distance, which keeps
 * ranks short; they grow only when many items are inserted into the same gap.
 */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base = digits.length;

/** Steps change the first `stepDigits` digits of a rank, by `step`. */
const stepDigits = 6;
const span = base ** stepDigits;
const step = base ** 2;

/** When a rank is longer than this, the ranks of its list must be spread again. */
export const longestRank = 32;

export type RankedItem = Readonly<{ id: string; rank: string }>;

function fromSteps(steps: number): string {
  let text = '';
  for (let left = steps, place = 0; place < stepDigits; place++) {
    text = digits[left % base]! + text;
    left = Math.floor(left / base);
  }
  return text.replace(/0+$/, '');
}

const toSteps = (rank: string): number =>
  [...rank.slice(0, stepDigits).padEnd(stepDigits, '0')].reduce((sum, digit) => sum * base + digits.indexOf(digit), 0);

function after(rank: string): string {
  const steps = toSteps(rank) + step;
  return steps < span ? fromSteps(steps) : midpoint(rank, undefined);
}

function before(rank: string): string {
  const steps = toSteps(rank) - step;
  return steps > 0 ? fromSteps(steps) : midpoint('', rank);
}

/** A rank between two; an absent `high` stands for 1. */
function midpoint(low: string, high: string | undefined): string {
  if (high !== undefined) {
    let shared = 0;
    while ((low[shared] ?? '0') === high[shared]) shared++;
    if (shared > 0) return high.slice(0, shared) + midpoint(low.slice(shared), high.slice(shared));
  }
  const lowDigit = low ? digits.indexOf(low[0]!) : 0;
  const highDigit = high ? digits.indexOf(high[0]!) : base;
  if (highDigit - lowDigit > 1) return digits[Math.ceil((lowDigit + highDigit) / 2)]!;
  if (high && high.length > 1) return high[0]!;
  return digits[lowDigit]! + midpoint(low.slice(1), undefined);
}

/** A rank between two neighbours; an absent one is an end of the list. The lower one must be below the upper one. */
export function rankBetween(low?: string, high?: string): string {
  if (low !== undefined && high !== undefined) {
    if (low >= high) throw new AppError('INTERNAL', `There is no rank between ${low} and ${high}`);
    return midpoint(low, high);
  }
  if (low !== undefined) return after(low);
  return high === undefined ? fromSteps(Math.floor(span / 2)) : before(high);
}

/** `count` ranks in a row, after a rank or in the middle of an empty list. */
export function ranksAfter(low: string | undefined, count: number): string[] {
  const ranks: string[] = [];
  for (let last = low; ranks.length < count; ) {
    last = rankBetween(last, undefined);
    ranks.push(last);
  }
  return ranks;
}
