import { expect, it } from 'vitest';
import { readDecimal } from './decimal-text.ts';

it.each([
  ['12.50', '12.50'],
  ['-3', '-3'],
  ['1e2', '100'],
  ['1E+2', '100'],
  ['1.5e-3', '0.0015'],
  ['-12.34e1', '-123.4'],
  ['1e21', '1000000000000000000000'],
  ['1e-7', '0.0000001'],
  ['0e5', '0'],
  ['123e-2', '1.23'],
  ['100e-2', '1'],
])('%s is %s', (text, plain) => expect(readDecimal(text)).toBe(plain));

it.each([
  '',
  '.',
  '1.',
  '.5',
  '+1',
  '1e',
  'e2',
  '1e400',
  '1e31',
  '1e-400',
  'NaN',
  'Infinity',
  '0x10',
  '1 ',
  '１',
  '9'.repeat(31),
])('"%s" is no number', (text) => expect(readDecimal(text)).toBeUndefined());
