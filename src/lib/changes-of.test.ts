import { jsonb, numeric, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { changesOf } from './changes-of.ts';
import { table } from './columns.ts';

const rows = table('rows', {
  id: uuid(),
  amount: numeric({ precision: 6, scale: 2 }),
  code: text(),
  at: timestamp(),
  settings: jsonb(),
});
const { id, amount, code, at, settings } = rows;
const changed = (current: object, patch: object) =>
  Object.keys(changesOf(current, patch, { id, amount, code, at, settings }).after);

describe('a patch changes nothing where the column takes both values for the same', () => {
  it.each([
    ['a number written with other digits', { amount: '1.00' }, { amount: '1' }],
    [
      'an id in upper case',
      { id: '01890000-0000-7000-8000-00000000000a' },
      { id: '01890000-0000-7000-8000-00000000000A' },
    ],
    ['an instant', { at: new Date(5) }, { at: new Date(5) }],
    ['an object with its keys in another order', { settings: { a: 1, b: [2] } }, { settings: { b: [2], a: 1 } }],
    ['an absent key', { code: 'a' }, { code: undefined }],
  ])('%s', (_, current, patch) => {
    expect(changed(current, patch)).toEqual([]);
  });
});

it('a patch changes what differs, and texts that only look like numbers', () => {
  const current = { amount: '1.00', code: '1', at: new Date(5), settings: [1, 2] };
  const patch = { amount: '1.01', code: '1.0', at: new Date(6), settings: [2, 1] };
  expect(changesOf(current, patch, { amount, code, at, settings })).toEqual({ before: current, after: patch });
  expect(changed({ amount: '0.00' }, { amount: null })).toEqual(['amount']);
});
