import { describe, expect, it } from 'vitest';
import { longestRank, rankBetween, ranksAfter } from './rank.ts';

const isRank = /^[0-9A-Za-z]*[1-9A-Za-z]$/;

describe('rankBetween', () => {
  it('finds a rank at either end and in an empty list', () => {
    const middle = rankBetween();
    expect(rankBetween(middle) > middle).toBe(true);
    expect(rankBetween(undefined, middle) < middle).toBe(true);
  });

  it.each([
    ['A', 'B'],
    ['A', 'A1'],
    ['A', 'A01'],
    ['Az', 'B'],
    ['Azzz', 'B001'],
    ['1', '2'],
    ['V', 'V0000001'],
    ['z', 'zz'],
  ])('finds a rank between %s and %s', (low, high) => {
    const between = rankBetween(low, high);
    expect(low < between && between < high).toBe(true);
    expect(between).toMatch(isRank);
  });

  it('refuses neighbours that are not in order', () => {
    expect(() => rankBetween('B', 'A')).toThrow();
    expect(() => rankBetween('A', 'A')).toThrow();
  });

  it('keeps going after the last step at both ends', () => {
    let last = 'zzzzzz';
    let first = '000001';
    for (let i = 0; i < 50; i++) {
      const next = rankBetween(last);
      const previous = rankBetween(undefined, first);
      expect(next > last && previous < first).toBe(true);
      expect([next, previous]).toEqual([expect.stringMatching(isRank), expect.stringMatching(isRank)]);
      last = next;
      first = previous;
    }
  });

  it('keeps any sequence of insertions in order', () => {
    const ranks: string[] = [];
    for (let i = 0, seed = 7; i < 3000; i++) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      const at = seed % (ranks.length + 1);
      ranks.splice(at, 0, rankBetween(ranks[at - 1], ranks[at]));
    }
    expect(ranks).toEqual([...ranks].sort());
    expect(new Set(ranks).size).toBe(ranks.length);
    for (const rank of ranks) expect(rank).toMatch(isRank);
  });

  it('grows when the same gap is split for ever', () => {
    const low = rankBetween();
    let high = rankBetween(low);
    let splits = 0;
    for (; high.length <= longestRank; splits++) high = rankBetween(low, high);
    expect(splits).toBeGreaterThan(100);
  });
});

describe('ranksAfter', () => {
  it('stays short for a long list', () => {
    const ranks = ranksAfter(undefined, 20_000);
    expect(ranks).toEqual([...ranks].sort());
    expect(Math.max(...ranks.map((rank) => rank.length))).toBeLessThanOrEqual(6);
  });

  it('goes on after a rank', () => {
    const [first, second] = ranksAfter('V', 2);
    expect('V' < first! && first! < second!).toBe(true);
  });
});
