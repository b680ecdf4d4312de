import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/errors.ts';
import { checkPattern, periodOf, renderCode } from './code-pattern.ts';

describe('code patterns', () => {
  it('renders the day and the padded number', () => {
    expect(renderCode('INV-{YYYY}-{seq:5}', '2026-03-09', 42)).toBe('INV-2026-00042');
    expect(renderCode('{YY}{MM}/{seq}', '2026-03-09', 7)).toBe('2603/7');
  });

  it('never truncates a number that is longer than its width', () => {
    expect(renderCode('P-{seq:2}', '2026-01-01', 1234)).toBe('P-1234');
  });

  it('starts a new period when the shown part of the day changes', () => {
    expect(periodOf('INV-{YYYY}-{seq:5}', '2026-03-09')).toBe('2026');
    expect(periodOf('{YYYY}{MM}-{seq}', '2026-03-09')).toBe('2026-03');
    expect(periodOf('PRJ-{seq:4}', '2026-03-09')).toBe('');
  });

  it('counts characters, not UTF-16 units', () => {
    expect(() => checkPattern(`${'🦊'.repeat(55)}{seq}`, 'input.pattern')).not.toThrow();
    expect(() => checkPattern(`${'🦊'.repeat(56)}{seq}`, 'input.pattern')).toThrow(AppError);
  });

  it.each(['INV', '{seq}{seq}', 'X-{DD}-{seq}', '{seq:0}', `${'x'.repeat(60)}{seq}`])('refuses %s', (pattern) => {
    expect(() => checkPattern(pattern, 'input.pattern')).toThrow(AppError);
  });
});
