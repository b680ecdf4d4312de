import { describe, expect, it } from 'vitest';
import { readDay, readInstant, readTimestamp, showDay, showInstant } from './instants.ts';

describe('a day that is written', () => {
  it.each(['1900-01-01', '2199-12-31', '2024-02-29'])('%s is one', (text) => expect(readDay(text)).toBe(text));

  it.each([
    '1899-12-31',
    '2200-01-01',
    '0050-01-01',
    '+010000-12-01',
    '0001-12-31 BC',
    '2023-02-29',
    '2024-13-01',
    '2024-1-1',
    '2024-01-01T00:00:00Z',
    '２０２４-01-01',
    '',
  ])('%s is none', (text) => expect(readDay(text)).toBeUndefined());
});

describe('an instant that is written', () => {
  it.each([
    ['1900-01-01T00:00:00Z', '1900-01-01T00:00:00.000Z'],
    ['2199-12-31T23:59:59.999Z', '2199-12-31T23:59:59.999Z'],
    ['2026-01-05t10:00:00.123456789z', '2026-01-05T10:00:00.123Z'],
    ['2026-01-05T23:30:00-05:00', '2026-01-06T04:30:00.000Z'],
  ])('%s is %s', (text, instant) => expect(readInstant(text)?.toISOString()).toBe(instant));

  it.each([
    '0050-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-14:00',
    '1900-01-01T00:00:00+14:00',
    '2199-12-31T23:59:59-01:00',
    '2026-02-31T00:00:00Z',
    '2026-01-05T24:00:00Z',
    '2026-01-05T23:59:60Z',
    '2026-01-05T10:00:00|01:00',
    '2026-01-05T10:00:00',
    '2026-01-05 10:00:00Z',
    `2026-01-05T10:00:00.${'1'.repeat(30)}Z`,
    'infinity',
  ])('%s is none', (text) => expect(readInstant(text)).toBeUndefined());
});

describe('a timestamp of the database', () => {
  it.each([
    ['2026-01-05 10:00:00+00', '2026-01-05T10:00:00.000Z'],
    ['2026-01-05 10:00:00.5+05:30', '2026-01-05T04:30:00.500Z'],
    ['0050-06-01 00:00:00+00', '0050-06-01T00:00:00.000Z'],
    ['0001-12-31 00:00:00+00 BC', '0000-12-31T00:00:00.000Z'],
    ['0044-03-15 12:00:00+00 BC', '-000043-03-15T12:00:00.000Z'],
    ['10000-12-01 00:00:00+00', '+010000-12-01T00:00:00.000Z'],
  ])('%s is read as %s', (text, instant) => expect(new Date(readTimestamp(text)).toISOString()).toBe(instant));
});

describe('what leaves the server', () => {
  it('has years of four digits, and the nearest one beyond them', () => {
    expect(['0044-03-15 BC', '-infinity', '0050-01-01', '10000-12-01', 'infinity'].map(showDay)).toEqual([
      '0001-01-01',
      '0001-01-01',
      '0050-01-01',
      '9999-12-31',
      '9999-12-31',
    ]);
    const shown = [-endOfTime, Date.parse('2026-01-05T10:00:00Z'), endOfTime].map((time) =>
      showInstant(new Date(time)),
    );
    expect(shown).toEqual(['0001-01-01T00:00:00.000Z', '2026-01-05T10:00:00.000Z', '9999-12-31T23:59:59.999Z']);
  });
});

const endOfTime = 8.64e15;
