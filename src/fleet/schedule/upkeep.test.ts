import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../lib/logger.ts';
import { Upkeep } from './upkeep.ts';

const hour = 3_600_000;

describe('upkeep', () => {
  it('runs every task at the start', async () => {
    const run = vi.fn(async () => {});
    await using _upkeep = new Upkeep([{ name: 'a', everyMs: hour, run }], silentLogger);
    await expect.poll(() => run.mock.calls.length).toBe(1);
  });

  it('never runs a task twice at once, and continues after a failure', async () => {
    let running = 0;
    let most = 0;
    const run = vi.fn(async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      throw new Error('on purpose');
    });
    await using _upkeep = new Upkeep([{ name: 'a', everyMs: 1, run }], silentLogger);
    await expect.poll(() => run.mock.calls.length).toBeGreaterThan(3);
    expect(most).toBe(1);
  });

  it('waits for running tasks when it is disposed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let done = false;
    const run = async () => {
      await promise;
      done = true;
    };
    const upkeep = new Upkeep([{ name: 'a', everyMs: hour, run }], silentLogger);
    const ended = upkeep[Symbol.asyncDispose]();
    resolve();
    await ended;
    expect(done).toBe(true);
  });
});
