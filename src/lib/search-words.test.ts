import { describe, expect, it } from 'vitest';
import { searchQuery, searchWords, typedWords } from './search-words.ts';

describe('the words of a text', () => {
  it.each([
    ['Attention : panthère : oui', 'attention panthère oui'],
    ['castor… «lapin» belette—fin', 'castor lapin belette fin'],
    ["L'Œuvre, l’œuvre", 'l œuvre l œuvre'],
    ['time_entries v1.2', 'time entries v1 2'],
    ['e\u0301te\u0301', 'été'],
    ['日本語とABC', '日 本 語 と abc'],
    ['ﬁn ½ ２０', 'fin 1 2 20'],
    ['— … !', ''],
  ])('%j: %j', (text, words) => expect(searchWords(text)).toBe(words));
});

describe('a search', () => {
  it('cuts words that PostgreSQL would refuse', () => {
    expect(Buffer.byteLength(searchQuery('\ufbf9'.repeat(500)))).toBeLessThan(2_046);
    expect(searchQuery(`${'a'.repeat(500)} b`)).toBe(`${'a'.repeat(400)} b`);
  });

  it.each([
    ['inv', '', 'inv:*'],
    ['the inv', 'the', 'inv:*'],
    ['a or -b "c d" avant-proj', '-b "c d"', 'avant <-> proj:*'],
    ['inv ', '', 'inv:*'],
    ['"inv"', '', ''],
    ['a -inv', '', ''],
    ['a or', '', ''],
    ['!!', '', ''],
  ])('%j may go on: %j, %j', (text, before, last) => expect(typedWords(text)).toEqual({ before, last }));

  it.each([
    ['etude reseau', 'etude reseau'],
    ['O’Brien', '"o brien"'],
    ['"Rolling  Upgrade"', '"rolling upgrade"'],
    ['budget or étude', 'budget or étude'],
    ['budget -étude -"sur site"', 'budget -étude -"sur site"'],
    ['avant-projet', '"avant projet"'],
    ['日本', '"日 本"'],
    ['"unclosed phrase', '"unclosed phrase"'],
    ['-'.repeat(33), ''],
    [`a${'-'.repeat(33)}b`, '"a b"'],
    ["'a':* & !b | (c)", 'a b c'],
  ])('%j: %j', (text, query) => expect(searchQuery(text)).toBe(query));
});
