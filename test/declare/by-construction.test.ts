import { expect, it } from 'vitest';
import { missing, rowTypes } from './parts-of-types.ts';

it('knows the types of rows', () => {
  expect(rowTypes.length).toBeGreaterThan(15);
});

it.each(Object.entries(missing))('every type of rows has %s', (_part, find) => {
  expect(find()).toEqual([]);
});
