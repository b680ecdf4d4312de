import './bare-type.ts';
import { expect, it } from 'vitest';
import { missing } from './parts-of-types.ts';

/** How the check of each part begins what it says of the types in bare-type.ts. */
const found: readonly (readonly [part: string, says: string])[] = [
  ['a row rule', 'BareNote has no row rule: '],
  ['a row rule that asks for a permission', 'OpenNote shows all rows to members without a permission: '],
  ['a permission for each mutation', 'createBareNote names no permission in its description: '],
  ['an upsert, if it has an external reference', 'BareNote has an external reference and no upsert: '],
  ['a description', 'BareNote has no description: '],
  ['a connection', 'BareNote has no connection: '],
  ['a filter', 'BareNote has no filter: '],
  ['a filter by each of its enums', 'OpenNote has no filter by kind: '],
  ['an order', 'BareNote has no order: '],
  ['events in the log', 'BareNote has no events: '],
  ['an attack of the isolation proof', 'BareNote is not read by any attack of the isolation proof: '],
  ['a place in archives', 'BareNote is in no archive, because no migration makes bare_notes: '],
  ['an entry for each personal text', 'bareNotes.title may hold personal data: '],
];

it('covers every check', () => {
  expect(found.map(([part]) => part)).toEqual(Object.keys(missing));
});

it.each(found)('reports a type without %s, and where to add it', (part, says) => {
  const [first = ''] = missing[part]!();
  expect(first.slice(0, says.length)).toBe(says);
  expect(first.slice(says.length)).not.toBe('');
});
