import { expect, it } from 'vitest';
import { z } from 'zod';
import { countCharacters, maxCharacters, minCharacters } from './characters.ts';

const emoji = (count: number) => '😀'.repeat(count);
const passes = (check: ReturnType<typeof minCharacters>, text: string) =>
  z.string().check(check).safeParse(text).success;

it('counts code points, not UTF-16 units', () => {
  expect([countCharacters(''), countCharacters('abc'), countCharacters(emoji(5))]).toEqual([0, 3, 5]);
});

it('bounds a text by its characters on both sides', () => {
  expect([emoji(9), emoji(10)].map((text) => passes(minCharacters(10), text))).toEqual([false, true]);
  expect([emoji(10), emoji(11)].map((text) => passes(maxCharacters(10), text))).toEqual([true, false]);
});

it('needs no character where none is required', () => {
  expect(['', 'a'].map((text) => passes(minCharacters(0), text))).toEqual([true, true]);
  expect(['', 'a'].map((text) => passes(minCharacters(1), text))).toEqual([false, true]);
});
