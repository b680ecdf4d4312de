import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkValidationCost } from './validation-cost.ts';

const times = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');
const check = (text: string) => () => checkValidationCost(parse(text));
const tooComplex = expect.objectContaining({ code: 'TOO_COMPLEX' });

describe('a document that would take long to validate is rejected first', () => {
  it.each([
    [
      '490 fragments spread everywhere',
      `{ ${times(490, (n) => `...F${n}`)} } ${times(490, (n) => `fragment F${n} on Query { ...F${Math.min(n + 1, 489)} }`)}`,
    ],
    ['overlapping aliased objects', `{ ${'a: profiles { nodes { b: manager { c: manager { id } } } } '.repeat(150)} }`],
    ['one field very often', `{ profiles { nodes { ${'firstName '.repeat(4_000)} } } }`],
    [
      'operations that all spread all',
      `${times(240, (n) => `query Q${n} { ...F0 }`)} ${times(240, (n) => `fragment F${n} on Query { ...F${n + 1} a${n} }`)}`,
    ],
    ['a fragment in itself', 'query { a { ...F } } fragment F on A { a { ...F b } }'],
    [
      'a fragment that doubles',
      `{ ...F0 } ${times(30, (n) => `fragment F${n} on Query { a { ...F${n + 1} } b { ...F${n + 1} } }`)}`,
    ],
  ])('%s', (_what, text) => expect(check(text)).toThrow(tooComplex));
});

it('accepts the query of a page with a hundred fragments in four levels', () => {
  const fragments = times(100, (n) => {
    const below = times(3, (k) => (n * 3 + k + 1 < 100 ? `f${n * 3 + k + 1} { ...F${n * 3 + k + 1} }` : ''));
    return `fragment F${n} on A { id name createdAt ${below} }`;
  });
  expect(check(`query Page { page { ...F0 } } ${fragments}`)).not.toThrow();
});

it('leaves unknown fragments to validation', () => expect(check('{ ...Nowhere }')).not.toThrow());
