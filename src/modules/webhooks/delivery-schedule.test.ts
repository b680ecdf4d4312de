import { expect, it } from 'vitest';
import { delayAfter, mostDeliveryAttempts, restAfter } from './delivery-schedule.ts';

it('tries at once, then after 5 s, 5 and 30 minutes, 2, 5, 10 and 10 hours, each up to a fifth longer', () => {
  const attempts = Array.from({ length: mostDeliveryAttempts - 1 }, (_, n) => n + 1);
  expect(attempts.map((each) => delayAfter(each, () => 0) / 1_000)).toEqual([
    5, 300, 1_800, 7_200, 18_000, 36_000, 36_000,
  ]);
  expect(delayAfter(1, () => 1)).toBe(6_000);
});

it('rests for minutes after three failures in a row, never longer than a message waits for its next attempt', () => {
  expect([0, 1, 2, 3, 4, 100].map(restAfter)).toEqual([0, 0, 0, 60_000, 120_000, 600_000]);
  for (let attempts = 3; attempts < mostDeliveryAttempts; attempts++)
    expect(restAfter(attempts)).toBeLessThan(delayAfter(attempts, () => 0));
});
