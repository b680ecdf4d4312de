import { expect, it } from 'vitest';
import { mostAttempts, retryDelay } from './retry-delay.ts';

it('grows from seconds to hours, by up to a fifth more, and ends', () => {
  const least = [1, 2, 3, 4, 5, 6].map((attempts) => retryDelay(attempts, () => 0));
  expect(least).toEqual([5_000, 60_000, 300_000, 1_800_000, 7_200_000, 21_600_000]);
  expect(retryDelay(1, () => 1)).toBe(6_000);
  expect(retryDelay(mostAttempts)).toBeUndefined();
});
