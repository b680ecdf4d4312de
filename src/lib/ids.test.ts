import { expect, test } from 'vitest';
import { isUuid, uuidv7 } from './ids.ts';

test('a version 7 uuid begins with its time and is unique', () => {
  const now = Date.parse('2026-11-28T12:00:00.123Z');
  const ids = Array.from({ length: 1_000 }, () => uuidv7(now));
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) {
    expect(isUuid(id)).toBe(true);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
    expect(id).toMatch(/^.{14}7.{4}[89ab]/);
  }
});

test('one of an early time is as long', () => {
  expect(uuidv7(1)).toMatch(/^00000000-0001-7[0-9a-f]{3}-[89ab]/);
});
