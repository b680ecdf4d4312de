import { describe, expect, it } from 'vitest';
import { isSiren, isSiret } from './company-numbers.ts';
import { isIban } from './iban.ts';
import { isVatNumber } from './vat-number.ts';

describe('a SIREN', () => {
  it.each(['100000009', '200000008', '123456782'])('%s passes', (text) => expect(isSiren(text)).toBe(true));
  it.each(['100000008', '10000000', '1000000090', '10000000٩', ''])('%s fails', (text) =>
    expect(isSiren(text)).toBe(false),
  );
});

describe('a SIRET', () => {
  it.each(['10000000900017', '20000000800017'])('%s passes', (text) => expect(isSiret(text)).toBe(true));
  it('of La Poste passes by Luhn or by its sum', () => {
    expect(['35600000000048', '35600000009075'].map(isSiret)).toEqual([true, true]);
  });
  it.each(['10000000900018', '35600000009076', '1000000090001', '10000000800019'])('%s fails', (text) =>
    expect(isSiret(text)).toBe(false),
  );
});

describe('a VAT number', () => {
  it.each(['FR88100000009', 'FR37200000008', 'FR11123456782', 'FRA1123456782', 'BE0123456749', 'DE123456789'])(
    '%s passes',
    (text) => expect(isVatNumber(text)).toBe(true),
  );
  it.each(['FR89100000009', 'FR8810000000', 'FRO1123456782', 'FR 88100000009', 'be0123456749', 'B', ''])(
    '%s fails',
    (text) => expect(isVatNumber(text)).toBe(false),
  );
});

describe('an IBAN', () => {
  it.each(['FR7699999000010000012345693', 'FR3399999000010000012345A11'])('%s passes', (text) =>
    expect(isIban(text)).toBe(true),
  );
  it.each(['FR7699999000010000012345694', 'FR76 9999 9000 0100 0001 2345 693', 'FR76', 'fr7699999000010000012345693'])(
    '%s fails',
    (text) => expect(isIban(text)).toBe(false),
  );
});
