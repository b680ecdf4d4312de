import { expect, it } from 'vitest';
import { readInstant } from './read-instant.ts';

it('reads instants, in UTC unless they name a zone', () => {
  const read = (text: string) => readInstant(text)?.toISOString();
  expect(read('2017-05-11T15:46:08.512661')).toBe('2017-05-11T15:46:08.512Z');
  expect(read('2017-05-11 15:46')).toBe('2017-05-11T15:46:00.000Z');
  expect(read('2017-05-11T15:46:08.9+02:00')).toBe('2017-05-11T13:46:08.900Z');
  expect(read('2017-05-11T15:46:08Z')).toBe('2017-05-11T15:46:08.000Z');
  expect(read('1494517568.512661')).toBe('2017-05-11T15:46:08.512Z');
  expect(read('2017-05-11T15:46:08+0200')).toBe('2017-05-11T13:46:08.000Z');
  expect(read('1494517568512')).toBe('2017-05-11T15:46:08.512Z');
  expect(readInstant('2017-05-11 15:46', 'Europe/Paris')?.toISOString()).toBe('2017-05-11T13:46:00.000Z');
  expect(readInstant('2017-05-11T15:46:08Z', 'Europe/Paris')?.toISOString()).toBe('2017-05-11T15:46:08.000Z');
  for (const text of [
    '',
    'yesterday',
    '2017-05-11',
    '2017-13-11T15:46:08',
    '2017-02-30T15:46:08',
    '12',
    '2017-05-11T24:30',
  ])
    expect(read(text)).toBeUndefined();
});

it('accepts the same instants as every other input', () => {
  for (const text of ['0050-01-01T00:00:00', '1899-12-31T23:59:59Z', '2200-01-01 00:00', '99999999999', '7258118400.5'])
    expect(readInstant(text), text).toBeUndefined();
  expect(readInstant('2199-12-31T23:59:59.999')?.toISOString()).toBe('2199-12-31T23:59:59.999Z');
});
