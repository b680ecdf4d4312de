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
