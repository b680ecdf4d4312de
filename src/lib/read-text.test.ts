import { describe, expect, it } from 'vitest';
import { readDomain, readDuration, readFlag, readJson, readList, readOrigin, readWhole } from './read-text.ts';

describe('values written as text', () => {
  it.each([
    ['0', 0],
    ['-5', -5],
    ['100', 100],
    ['101', undefined],
    ['1e1', undefined],
    ['0x1', undefined],
    ['', undefined],
  ])('reads the whole number %j', (text, value) => expect(readWhole(text, -5, 100)).toBe(value));

  it.each([
    ['90', 90],
    ['90s', 90],
    ['2m', 120],
    ['1h', 3600],
    ['1d', undefined],
    ['-1', undefined],
    ['1.5h', undefined],
    ['1w', undefined],
  ])('reads the time %j within a minute and an hour', (text, value) =>
    expect(readDuration(text, 60, 3600)).toBe(value),
  );

  it.each([
    ['https://a.example', 'https://a.example'],
    ['https://A.example/', 'https://a.example'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['https://a.example/path', undefined],
    ['https://user@a.example', undefined],
    ['ftp://a.example', undefined],
    ['null', undefined],
    ['*', undefined],
  ])('reads the origin %j', (text, value) => expect(readOrigin(text)).toBe(value));

  it.each([
    ['Chantier.Example', 'chantier.example'],
    ['localhost', 'localhost'],
    ['example', undefined],
    ['a.example:80', undefined],
    ['-a.example', undefined],
    ['*.example', undefined],
  ])('reads the domain %j', (text, value) => expect(readDomain(text)).toBe(value));

  it('reads flags however they are written', () => {
    expect(['true', 'ON', '1', 'False', 'off', '0', 'maybe'].map(readFlag)).toEqual([
      ...[true, true, true, false, false, false],
      undefined,
    ]);
  });

  it('reads a list, unless one of its items is wrong', () => {
    const digit = (text: string) => readWhole(text, 0, 9);
    expect(readList('1, 2,3', digit)).toEqual([1, 2, 3]);
    expect(readList('1,,3', digit)).toBeUndefined();
  });

  it('reads JSON, or nothing', () => {
    expect(readJson('[1]')).toEqual([1]);
    expect(readJson('[1')).toBeUndefined();
  });
});
