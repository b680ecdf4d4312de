import { describe, expect, it } from 'vitest';
import { emojiField } from './emoji.ts';

describe('emoji of reactions', () => {
  it.each(['👍', '👍🏽', '❤️', '👩‍💻', '🇫🇷', '1️⃣', ':+1:', ':party_parrot:'])('accepts %s', (text) => {
    expect(emojiField.parse(text)).toBe(text);
  });

  it.each([
    ['❤', '❤️'],
    ['1⃣', '1️⃣'],
    ['🏳‍🌈', '🏳️‍🌈'],
    ['☝️🏽', '☝🏽'],
    ['👁‍🗨', '👁️‍🗨️'],
  ])('reads %s as %s, which differs only in variation selectors', (text, canonical) => {
    expect(emojiField.parse(text)).toBe(canonical);
    expect(emojiField.parse(canonical)).toBe(canonical);
  });

  it.each(['', 'a', '👍👍', 'ok 👍', '::', ':two words:', '1', `:${'x'.repeat(61)}:`])('refuses "%s"', (text) => {
    expect(emojiField.safeParse(text).success).toBe(false);
  });
});
