import { describe, expect, test } from 'vitest';
import { isSlug, slugOf, slugVariant } from './slug.ts';

describe('slugOf', () => {
  test.each([
    ['Acme', 'acme'],
    ['  Société Générale & Fils  ', 'societe-generale-fils'],
    ['Œuvre Ærø Straße', 'oeuvre-aero-strasse'],
    ['ﬁnance ①', 'finance-1'],
    ['AB', 'org-ab'],
    ['www', 'org-www'],
    ['株式会社', 'organization'],
    ['---', 'organization'],
    [`${'a'.repeat(49)} bcd`, 'a'.repeat(49)],
  ])('%s becomes %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
    expect(isSlug(slugOf(name))).toBe(true);
  });
});

test('a variant has at most 50 characters', () => {
  expect(slugVariant('acme', 1)).toBe('acme');
  expect(slugVariant('acme', 12)).toBe('acme-12');
  expect(slugVariant('a'.repeat(50), 10)).toBe(`${'a'.repeat(47)}-10`);
});

test.each(['ab', 'a'.repeat(51), 'Acme', 'a_b_c', 'a.b.c', 'www', "a';drop", '---', '-abc', 'abc-', 'xn--abc'])(
  '%s is not a slug',
  (slug) => {
    expect(isSlug(slug)).toBe(false);
  },
);
