import { describe, expect, it } from 'vitest';
import { nameField, shortNameField } from './fields.ts';

describe('a name', () => {
  it.each([
    ['  Boutique \t en\u00a0ligne \n', 'Boutique en ligne'],
    ['e\u0301te\u0301', 'été'],
    ['日本', '日本'],
    ['👩‍💻', '👩‍💻'],
    ['Bou\u00adtique\u200b \u2060en ligne\u200b', 'Boutique en ligne'],
    ['e\u200b\u0301', 'é'],
  ])('%j is stored as %j', (given, stored) => expect(nameField.parse(given)).toBe(stored));

  it.each(['', '   ', '\u200b', '\u200b \u2060', '\u3164', '\u2800', '\u0000', '\ufeff', '\u202e'])(
    '%j is refused: nothing of it is seen',
    (given) => {
      expect(nameField.safeParse(given).success).toBe(false);
      expect(shortNameField(500).safeParse(given).success).toBe(given.trim() === '');
    },
  );

  it('has at most 200 characters after it was folded', () => {
    expect(nameField.safeParse(`${'a'.repeat(200)}   `).success).toBe(true);
    expect(nameField.safeParse('a'.repeat(201)).success).toBe(false);
  });
});
