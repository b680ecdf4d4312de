import { expect, test } from 'vitest';
import { stateOf } from './migration-ledger.ts';

const migration = (name: string, line = 'tasks') => ({
  line,
  name,
  hash: `hash of ${name}`,
  statements: [],
  batches: [],
});
const [first, second, other] = [migration('1'), migration('2'), migration('1', 'fleet')];

test('a schema is current, behind, ahead or edited', () => {
  expect(stateOf([first, second], [first, second])).toEqual({ state: 'CURRENT' });
  expect(stateOf([first, second], [second])).toEqual({ state: 'BEHIND', pending: [first] });
  expect(stateOf([first], [first, second])).toEqual({ state: 'AHEAD', migration: 'tasks/2' });
  expect(stateOf([first], [{ ...first, hash: 'another' }])).toEqual({ state: 'EDITED', migration: 'tasks/1' });
});

test('the tables of a module that was switched off are known, and not missed', () => {
  expect(stateOf([first], [first, other], [other])).toEqual({ state: 'CURRENT' });
  expect(stateOf([first], [first], [other])).toEqual({ state: 'CURRENT' });
  expect(stateOf([first], [first, other])).toEqual({ state: 'AHEAD', migration: 'fleet/1' });
});
