import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';

const anyone = (): boolean => true;

function queueOf(...entries: [key: string, item: number][]): FairQueue<number> {
  const queue = new FairQueue<number>();
  for (const [key, item] of entries) queue.push(key, item);
  return queue;
}

function takeAll(queue: FairQueue<number>, accepts: (key: string) => boolean = anyone): number[] {
  const items: number[] = [];
  for (let next = queue.take(accepts); next; next = queue.take(accepts)) items.push(next.item);
  return items;
}

test('keys are served in turn, and the items of a key in their order', () => {
  expect(takeAll(queueOf(['a', 1], ['a', 2], ['a', 3], ['b', 4], ['c', 5], ['b', 6]))).toEqual([1, 4, 5, 2, 6, 3]);
});

test('a newcomer waits one round, however long another line is', () => {
  const queue = new FairQueue<number>();
  for (let item = 0; item < 1_000; item++) queue.push('greedy', item);
  queue.push('late', -1);
  expect([queue.take(anyone), queue.take(anyone)].map((next) => next?.item)).toEqual([0, -1]);
});

test('a key that is not accepted keeps its turn while others are served', () => {
  const queue = queueOf(['a', 1], ['b', 2], ['c', 3]);
  expect(queue.take((key) => key !== 'a')).toEqual({ key: 'b', item: 2 });
  expect(queue.take((key) => key !== 'a')).toEqual({ key: 'c', item: 3 });
  expect(queue.take((key) => key !== 'a')).toBeUndefined();
  expect(queue.take(anyone)).toEqual({ key: 'a', item: 1 });
});

test('a removed item is not served, and can be removed only once', () => {
  const queue = queueOf(['a', 1], ['a', 2], ['b', 3]);
  expect([queue.remove('a', 1), queue.remove('a', 1), queue.remove('c', 3)]).toEqual([true, false, false]);
  expect(queue.size).toBe(2);
  expect(takeAll(queue)).toEqual([2, 3]);
  expect(queue.size).toBe(0);
});

test('demand counts the items of each key up to its room', () => {
  const queue = queueOf(['a', 1], ['a', 2], ['a', 3], ['b', 4]);
  const room: Record<string, number> = { a: 2, b: 5 };
  expect(queue.demand((key) => room[key]!)).toBe(3);
  expect(queue.demand(() => -1)).toBe(0);
});

test('draining empties the queue', () => {
  const queue = queueOf(['a', 1], ['b', 2]);
  expect(queue.drain().sort()).toEqual([1, 2]);
  expect([queue.size, queue.take(anyone)]).toEqual([0, undefined]);
});
