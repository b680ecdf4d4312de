import { expect, it } from 'vitest';
import { describeDuration, languageOf, negotiateLanguage } from './language.ts';

it.each([
  ['fr-FR,fr;q=0.9,en;q=0.8', 'fr'],
  ['en-GB,en;q=0.9,fr;q=0.8', 'en'],
  ['en;q=0.4, fr;q=0.7', 'fr'],
  ['de, fr;q=0.3', 'fr'],
  ['de', 'en'],
  ['*', 'en'],
  ['fr;q=0', 'en'],
  ['FR', 'fr'],
  ['fr;q=x, en;q=0.1', 'en'],
  ['', 'en'],
  [undefined, 'en'],
])('a browser that accepts "%s" reads %s', (header, language) => {
  expect(negotiateLanguage(header)).toBe(language);
});

it('reads only the start of a header of any length', () => {
  expect(negotiateLanguage(`${'de,'.repeat(100_000)}fr`)).toBe('en');
});

it.each([
  ['fr-CA', 'fr'],
  ['fr_FR', 'fr'],
  ['en', 'en'],
  ['frr', 'en'],
  [null, 'en'],
])('the locale %s is written in %s', (locale, language) => {
  expect(languageOf(locale)).toBe(language);
});

it.each([
  ['en', 14 * 86_400_000, '14 days'],
  ['fr', 3_600_000, '1 heure'],
  ['fr', 30 * 60_000, '30 minutes'],
] as const)('says in %s that %i ms are %s', (language, ms, said) => {
  expect(describeDuration(language, ms).replace(/\s/, ' ')).toBe(said);
});
