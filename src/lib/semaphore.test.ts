import { describe, expect, it } from 'vitest';
import { Semaphore } from './semaphore.ts';

const gate = () => Promise.withResolvers<void>();

describe('Semaphore', () => {
  it('runs no more tasks at once than it has permits, and all in turn', async () => {
    const semaphore = new Semaphore(2, 10);
    let running = 0;
    let most = 0;
    const done: number[] = [];
    const task = (n: number) => async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      done.push(n);
    };
    await Promise.all([1, 2, 3, 4, 5].map((n) => semaphore.run(task(n))));
    expect(most).toBe(2);
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it('refuses when too many wait, and recovers', async () => {
    const semaphore = new Semaphore(1, 1);
    const held = gate();
    const first = semaphore.run(() => held.promise);
    const second = semaphore.run(async () => 'second');
    await expect(semaphore.run(async () => 'third')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    held.resolve();
    await first;
    expect(await second).toBe('second');
    expect(await semaphore.run(async () => 'fourth')).toBe('fourth');
  });

  it('gives the permit back when a task fails', async () => {
    const semaphore = new Semaphore(1, 0);
    await expect(semaphore.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await semaphore.run(async () => 1)).toBe(1);
  });
});
