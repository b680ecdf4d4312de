import { expect, test } from 'vitest';
import { BackendMemoryEstimate } from './backend-memory-estimate.ts';

test('grows with the statements prepared for a key, up to a maximum per key', () => {
  const keys = new BackendMemoryEstimate();
  expect(keys).toMatchObject({ size: 0, bytes: 0 });
  keys.serve('a');
  const least = keys.bytes;
  keys.prepare('a', 50_000);
  expect(keys.bytes).toBe(least + 100_000);
  for (let n = 0; n < 100; n++) keys.prepare('a', 50_000);
  const most = keys.bytes;
  keys.prepare('a', 50_000);
  keys.serve('a');
  expect(keys.bytes).toBe(most);
  expect(most).toBeLessThan(1024 * 1024);
  keys.prepare('b', 50_000);
  expect(keys.bytes).toBe(most + least + 100_000);
});

test('knows the order in which keys were first served', () => {
  const keys = new BackendMemoryEstimate();
  for (const key of ['a', 'b', 'a']) keys.serve(key);
  expect(['a', 'b', 'c'].map((key) => keys.rankOf(key))).toEqual([0, 1, undefined]);
});
