import { expect, it } from 'vitest';
import { readInstant } from './read-instant.ts';

it('reads moments, of UTC unless they say otherwise', () => {
  const read = (text: string) => readInstant(text)?.toISOString();
  expect(read('2017-05-11T15:46:08.512661')).toBe('2017-05-11T15:46:08.512Z');
  expect(read('2017-05-11 15:46')).toBe('2017-05-11T15:46:00.000Z');
  expect(read('2017-05-11T15:46:08.9+02:00')).toBe('2017-05-11T13:46:08.900Z');
  expect(read('2017-05-11T15:46:08Z')).toBe('2017-05-11T15:46:08.000Z');
  expect(read('1494517568.512661')).toBe('2017-05-11T15:46:08.512Z');
  for (const text of ['', 'yesterday', '2017-05-11', '2017-13-11T15:46:08', '2017-02-30T15:46:08', '12'])
    expect(read(text)).toBeUndefined();
});
