import { expect, it } from 'vitest';
import { oneLine, safeName } from './safe-text.ts';

it.each([
  ['Acme Conseil', 'Acme Conseil'],
  ['St. Étienne & Fils', 'St. Étienne & Fils'],
  ['Win at https://evil.example/now', 'Win at https evil example now'],
  ['mail me@evil.example', 'mail me evil example'],
  ['two\r\nBcc: all@example.org', 'two Bcc: all example org'],
  ['\u202Egnp.exe', 'gnp exe'],
])('shows the name %j as %j', (name, shown) => {
  expect(safeName(name)).toBe(shown);
});

it('bounds a name by its characters', () => {
  expect([...safeName('é'.repeat(200))]).toHaveLength(60);
  expect([...safeName('𐐷'.repeat(200))]).toHaveLength(60);
});

it('makes one line of any text', () => {
  expect(oneLine('a\u0000b\r\n\r\nc\u2028d\u{1F600}')).toBe('a b c d\u{1F600}');
});
