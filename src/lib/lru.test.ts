import { expect, it } from 'vitest';
import { Lru } from './lru.ts';

it('forgets what was not asked for the longest', () => {
  const lru = new Lru<number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  expect(lru.get('a')).toBe(1);
  lru.set('c', 3);
  expect(lru.get('b')).toBeUndefined();
  expect(lru.get('a')).toBe(1);
  expect(lru.get('c')).toBe(3);
  expect(lru).toMatchObject({ size: 2, forgotten: 1 });
});

it('forgets as much as the newest needs', () => {
  const lru = new Lru<number>(6, (key) => key.length);
  for (const key of ['a', 'bb', 'ccc']) lru.set(key, key.length);
  expect(lru).toMatchObject({ size: 3, weight: 6 });
  lru.set('dddd', 4);
  expect(['a', 'bb', 'ccc', 'dddd'].map((key) => lru.get(key))).toEqual([undefined, undefined, undefined, 4]);
  expect(lru).toMatchObject({ size: 1, weight: 4, forgotten: 3 });
});

it('does not keep a value that alone exceeds the limit, and evicts nothing for it', () => {
  const lru = new Lru<number>(6);
  lru.set('small', 0, 2);
  lru.set('a', 1, 7);
  expect(lru.get('a')).toBeUndefined();
  expect(lru.get('small')).toBe(0);
  expect(lru).toMatchObject({ size: 1, weight: 2, forgotten: 1 });
});

it('forgets the earlier value of a key whose new value exceeds the limit', () => {
  const lru = new Lru<number>(6);
  lru.set('a', 1, 2);
  lru.set('a', 2, 7);
  expect(lru.get('a')).toBeUndefined();
});

it('weighs a value once, however often it is set', () => {
  const lru = new Lru<number>(4);
  for (let n = 0; n < 5; n++) lru.set('a', n, 2);
  lru.set('b', 9, 2);
  expect([lru.get('a'), lru.get('b')]).toEqual([4, 9]);
  expect(lru.weight).toBe(4);
});
