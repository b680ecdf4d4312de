import { expect, test } from 'vitest';
import { fitsBuild, requireKnown, stateOf } from './migration-ledger.ts';

const migration = (name: string, line = 'tasks') => ({
  line,
  name,
  hash: `hash of ${name}`,
  statements: [],
  batches: [],
});
const [first, second, other] = [migration('1'), migration('2'), migration('1', 'fleet')];
const contraction = migration('20260101000000_contract_names');

test('a schema is current, behind, ahead or edited', () => {
  expect(stateOf([first, second], [first, second])).toEqual({ state: 'CURRENT' });
  expect(stateOf([first, second], [second])).toEqual({ state: 'BEHIND', pending: [first] });
  expect(stateOf([first], [first, second])).toEqual({ state: 'EXTENDED', migration: 'tasks/2' });
  expect(stateOf([first], [first, contraction])).toEqual({ state: 'AHEAD', migration: `tasks/${contraction.name}` });
  expect(stateOf([first], [{ ...first, hash: 'another' }])).toEqual({ state: 'EDITED', migration: 'tasks/1' });
});

test('migrations of a module that is switched off are accepted, and not required', () => {
  expect(stateOf([first], [first, other], [other])).toEqual({ state: 'CURRENT' });
  expect(stateOf([first], [first], [other])).toEqual({ state: 'CURRENT' });
  expect(stateOf([first], [first, other])).toEqual({ state: 'EXTENDED', migration: 'fleet/1' });
});

test('a build serves a schema that only lacks contractions, and one that a newer build has only expanded', () => {
  const fits = (wanted: Parameters<typeof stateOf>[0], applied: Parameters<typeof stateOf>[1]) =>
    fitsBuild(stateOf(wanted, applied));
  expect(fits([first, contraction], [first])).toBe(true);
  expect(fits([first, second], [first])).toBe(false);
  expect(fits([first], [first, second])).toBe(true);
  expect(fits([first], [first, contraction])).toBe(false);
  expect(fits([first, second], [first, other])).toBe(false);
  expect(fits([first], [{ ...first, hash: 'another' }])).toBe(false);
});

test('a build refuses to copy a schema with migrations that it does not know', () => {
  expect(() => requireKnown('tenant_x', [first], [first, second])).not.toThrow();
  expect(() => requireKnown('tenant_x', [first, second], [first])).toThrow(
    expect.objectContaining({ code: 'SCHEMA_MISMATCH' }),
  );
});
