import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changeLinks, checkLinks } from './change-links.ts';

const ids = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e'));

it('sets all links, or adds and removes some, and what is in both lists is removed', () => {
  fc.assert(
    fc.property(ids, fc.option(ids), fc.option(ids), fc.option(ids), (present, all, add, remove) => {
      const change = all ? { all } : { add, remove };
      const { added, removed } = changeLinks(new Set(present), change);
      const after = new Set([...present.filter((id) => !removed.includes(id)), ...added]);
      const wanted = all ?? [...present, ...(add ?? [])].filter((id) => !remove?.includes(id));
      expect([...after].sort()).toEqual([...new Set(wanted)].sort());
      expect(added.filter((id) => present.includes(id))).toEqual([]);
      expect(removed.filter((id) => !present.includes(id))).toEqual([]);
    }),
  );
});

it('refuses all links together with some to add or remove', () => {
  expect(() => checkLinks({ all: [], remove: [] }, 'input.ids')).toThrow('cannot be combined');
  expect(() => checkLinks({ all: null, add: [], remove: [] }, 'input.ids')).not.toThrow();
});
