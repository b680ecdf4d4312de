import { expect, it } from 'vitest';
import { DocumentCache } from './document-cache.ts';

it('forgets what was used longest ago, when the texts together are too long', () => {
  const cache = new DocumentCache<number>(6);
  cache.set('aa', 1);
  cache.set('bb', 2);
  cache.set('cc', 3);
  expect(cache.get('aa')).toBe(1);
  cache.set('dd', 4);
  expect(['aa', 'bb', 'cc', 'dd'].map((text) => cache.get(text))).toEqual([1, undefined, 3, 4]);
});

it('does not keep what is longer than all it may keep', () => {
  const cache = new DocumentCache<number>(6);
  cache.set('aaaaaaa', 1);
  expect(cache.get('aaaaaaa')).toBeUndefined();
});

it('counts a text once, however often it is set', () => {
  const cache = new DocumentCache<number>(4);
  for (let n = 0; n < 5; n++) cache.set('aa', n);
  cache.set('bb', 9);
  expect([cache.get('aa'), cache.get('bb')]).toEqual([4, 9]);
});
