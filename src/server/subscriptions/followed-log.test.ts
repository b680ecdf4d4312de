import { afterEach, expect, it } from 'vitest';
import { silentLogger } from '../../lib/logger.ts';
import { FollowedLog } from './followed-log.ts';

const at = (seq: number) => ({ era: 1, xid: String(seq), seq: BigInt(seq) });

/** The ends of the log that looks find, one after the other; the last one again and again. */
type Found = { settled: number; isPending?: boolean } | 'failed';
const opened: FollowedLog[] = [];

function follow(found: Found[], isLive = true) {
  const looks: Found[] = [];
  const log = new FollowedLog({
    async read() {
      const next = found.length > 1 ? found.shift()! : found[0]!;
      looks.push(next);
      if (next === 'failed') throw new Error('the database does not answer');
      return { settled: at(next.settled), isPending: next.isPending ?? false };
    },
    isLive: () => isLive,
    logger: silentLogger,
  });
  opened.push(log);
  return { log, looks };
}

afterEach(() => {
  for (const log of opened.splice(0)) log[Symbol.dispose]();
});

it('reads the log after a commit, and wakes the followers that have not reached its end', async () => {
  const { log, looks } = follow([{ settled: 1 }, { settled: 1 }, { settled: 2 }]);
  const behind = log.wait(at(0)).hasNews;
  const waiting = log.wait(at(1)).hasNews;
  expect(await behind).toBe(true);
  expect(looks).toHaveLength(1);
  log.look();
  await expect.poll(() => looks.length).toBe(2);
  log.look();
  expect(await waiting).toBe(true);
  expect(await log.wait(at(1)).hasNews).toBe(true);
});

it('looks again without being told while events wait for older transactions', async () => {
  const pending = { settled: 1, isPending: true };
  const { log } = follow([pending, pending, pending, { settled: 2 }]);
  expect(await log.wait(at(1)).hasNews).toBe(true);
});

it('looks again without being told while signals do not arrive, and after a failure', async () => {
  expect(await follow([{ settled: 1 }, { settled: 2 }], false).log.wait(at(1)).hasNews).toBe(true);
  expect(await follow(['failed', 'failed', { settled: 2 }]).log.wait(at(1)).hasNews).toBe(true);
});

it('looks once more for all commits during a look', async () => {
  const { log, looks } = follow([{ settled: 1 }, { settled: 2 }]);
  await expect.poll(() => looks.length).toBe(1);
  for (let commits = 0; commits < 50; commits++) log.look();
  expect(await log.wait(at(1)).hasNews).toBe(true);
  expect(looks).toHaveLength(2);
});

it('stops to wait when it is told to', async () => {
  const { log } = follow([{ settled: 1 }]);
  const { hasNews, stop } = log.wait(at(1));
  stop();
  expect(await hasNews).toBe(false);
});

it('shares a read until the log grows, but not a failed one', async () => {
  const { log, looks } = follow([{ settled: 1 }, { settled: 1 }, { settled: 2 }]);
  await expect.poll(() => looks.length).toBe(1);
  let reads = 0;
  const read = async () => ++reads;
  const failing = () => Promise.reject(new Error('failed'));
  await expect(log.share('a', failing)).rejects.toThrow('failed');
  expect(await Promise.all([log.share('a', read), log.share('a', read), log.share('b', read)])).toEqual([1, 1, 2]);
  log.look();
  await expect.poll(() => looks.length).toBe(2);
  expect(await log.share('a', read)).toBe(1);
  const grown = log.wait(at(1)).hasNews;
  log.look();
  await grown;
  expect(await log.share('a', read)).toBe(3);
});
