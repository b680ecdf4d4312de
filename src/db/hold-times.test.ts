import { expect, test } from 'vitest';
import { HoldTimes } from './hold-times.ts';

test('patience follows the duration of sessions, within bounds', () => {
  const times = new HoldTimes();
  const after = (ms: number): number => {
    for (let n = 0; n < 500; n++) times.add(ms);
    return times.patienceMs;
  };
  expect(after(0.1)).toBe(4);
  expect(after(5)).toBeCloseTo(20);
  expect(after(60_000)).toBe(100);
});
