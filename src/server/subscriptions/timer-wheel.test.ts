import { expect, it, vi } from 'vitest';
import { TimerWheel } from './timer-wheel.ts';

it('calls back once within the period, unless it is cancelled', () => {
  vi.useFakeTimers();
  try {
    const wheel = new TimerWheel(2_000);
    const called: number[] = [];
    for (let n = 0; n < 100; n++) wheel.within(() => called.push(n));
    const cancel = wheel.within(() => called.push(-1));
    cancel();
    cancel();
    vi.advanceTimersByTime(1_000);
    expect(called.length).toBeGreaterThan(0);
    expect(called.length).toBeLessThan(100);
    vi.advanceTimersByTime(1_000);
    expect(called.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
