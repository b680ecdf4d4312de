import { setImmediate as nextLoop } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

test('callers take turns, whoever has more pieces', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const piece = async (caller: string, name: string) => {
    await turns.take(caller);
    done.push(name);
  };
  await Promise.all([
    ...['a1', 'a2', 'a3', 'a4'].map((name) => piece('a', name)),
    ...['b1', 'b2'].map((name) => piece('b', name)),
    piece('c', 'c1'),
  ]);
  expect(done).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
});

test('the event loop goes around between two pieces', async () => {
  const turns = new Turns();
  let [done, around] = [0, 0];
  const most: number[] = [];
  const pieces = Promise.all(
    Array.from({ length: 20 }, async () => {
      await turns.take('a');
      done++;
    }),
  );
  while (done < 20) {
    const before = done;
    await nextLoop();
    around++;
    most.push(done - before);
  }
  await pieces;
  expect(Math.max(...most)).toBe(1);
  expect(around).toBeGreaterThanOrEqual(20);
});

test('begins again after it had nothing to do', async () => {
  const turns = new Turns();
  await turns.take('a');
  await nextLoop();
  await nextLoop();
  await turns.take('b');
});

test('a long piece is followed by a pause of its length while others wait', async () => {
  const turns = new Turns();
  const blockFor = async (ms: number) => {
    await turns.take('a');
    const began = performance.now();
    while (performance.now() - began < ms);
    return [began, performance.now()] as const;
  };
  const [[, end], [next]] = await Promise.all([blockFor(30), blockFor(0)]);
  // A timer may fire a millisecond early
  expect(next - end).toBeGreaterThanOrEqual(29);
});
