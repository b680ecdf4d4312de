import { expect, test } from 'vitest';
import { encodeParameter, parseArray } from './codecs.ts';

test.each([
  ['text', { text: 'text', type: 0 }],
  [1.5, { text: '1.5', type: 0 }],
  [2n ** 60n, { text: '1152921504606846976', type: 20 }],
  [true, { text: 't', type: 16 }],
  [null, { text: null, type: 0 }],
  [new Date('2024-02-29T10:00:00.123Z'), { text: '2024-02-29T10:00:00.123Z', type: 1184 }],
  [new Uint8Array([0, 255]), { text: '\\x00ff', type: 17 }],
  [{ a: [1] }, { text: '{"a":[1]}', type: 0 }],
  [[1, 'a"b\\c', null, ['x']], { text: '{"1","a\\"b\\\\c",NULL,{"x"}}', type: 0 }],
])('writes %s', (value, encoded) => {
  expect(encodeParameter(value)).toEqual(encoded);
});

test.each([[undefined], [Symbol('s')], [() => 1], [new Date(Number.NaN)], [[undefined]]])('refuses %s', (value) => {
  expect(() => encodeParameter(value)).toThrow(TypeError);
});

const asText = (text: string): unknown => text;

test.each([
  ['{}', []],
  ['{a,b}', ['a', 'b']],
  ['{NULL,"NULL",""}', [null, 'NULL', '']],
  ['{"a,b","c\\"d","e\\\\f","{g}","new\nline"}', ['a,b', 'c"d', 'e\\f', '{g}', 'new\nline']],
  [
    '{{1,2},{3,NULL}}',
    [
      ['1', '2'],
      ['3', null],
    ],
  ],
  ['[0:1]={a,b}', ['a', 'b']],
])('reads %j', (text, expected) => {
  expect(parseArray(text, asText)).toEqual(expected);
});

test('an encoded array parses to the same values', () => {
  const strings = ['', ' ', 'a"b', 'c\\d', '{}', 'NULL', 'ü,€', null, 'line\nbreak'];
  expect(parseArray(encodeParameter(strings).text!, asText)).toEqual(strings);
});
