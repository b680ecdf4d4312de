import { expect, it, vi } from 'vitest';
import { Rounds } from './rounds.ts';

it('calls back once, after the period, unless nobody waits any more', () => {
  vi.useFakeTimers();
  try {
    const rounds = new Rounds(2_000);
    const called: string[] = [];
    rounds.after(() => called.push('first'));
    const stop = rounds.after(() => called.push('stopped'));
    vi.advanceTimersByTime(1_000);
    rounds.after(() => called.push('second'));
    stop();
    stop();
    vi.advanceTimersByTime(900);
    expect(called).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(called).toEqual(['first']);
    vi.advanceTimersByTime(10_000);
    expect(called).toEqual(['first', 'second']);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
