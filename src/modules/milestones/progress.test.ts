import { expect, it } from 'vitest';
import { progressOf } from './progress.ts';

it.each([
  [{ total: 0, done: 0 }, 0],
  [{ total: 3, done: 1 }, 33],
  [{ total: 1000, done: 999 }, 99],
  [{ total: 4, done: 4 }, 100],
  [{ total: 100, done: 29 }, 29],
])('of %o is %i percent', (weights, percent) => {
  expect(progressOf(weights)).toBe(percent);
});
