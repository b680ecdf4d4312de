import { expect, it } from 'vitest';
import { readTime } from './read-time.ts';

it('reads days and instants as every other input does', () => {
  const read = (text: string) => readTime(text)?.toISOString();
  expect(read('2027-01-01')).toBe('2027-01-01T00:00:00.000Z');
  expect(read('2027-01-01T10:00:00+02:00')).toBe('2027-01-01T08:00:00.000Z');
  for (const text of [
    '',
    '27',
    '2027',
    '1/2/27',
    '0040-01-01',
    '2027-02-30',
    '+010000-01-01',
    'Jan 1 40',
    '2027-01-01T10:00',
  ])
    expect(read(text), text).toBeUndefined();
});
