import { describe, expect, it } from 'vitest';
import { Seal } from './seal.ts';

const seal = new Seal('first secret');

describe('Seal', () => {
  it('opens what it sealed, and never seals to the same text twice', () => {
    const sealed = seal.seal('postgres://été', 'database:1');
    expect(sealed).not.toContain('postgres');
    expect(seal.seal('postgres://été', 'database:1')).not.toBe(sealed);
    expect(seal.open(sealed, 'database:1')).toBe('postgres://été');
  });

  it('refuses another context, a changed value, a truncated one and another secret', () => {
    const sealed = seal.seal('value', 'a');
    const [version, key, body] = sealed.split('.') as [string, string, string];
    const bytes = Buffer.from(body, 'base64url');
    bytes[14]! ^= 1;
    expect(() => seal.open(sealed, 'b')).toThrow();
    expect(() => seal.open(`${version}.${key}.${bytes.toString('base64url')}`, 'a')).toThrow();
    expect(() => seal.open(`${version}.${key}.AAAA`, 'a')).toThrow('damaged');
    expect(() => new Seal('other').open(sealed, 'a')).toThrow('another secret');
    expect(() => seal.open('plain', 'a')).toThrow('another secret');
  });

  it('gives equal texts of one context one fingerprint, and another secret others', () => {
    const fingerprints = seal.fingerprints('a password', 'request');
    expect(fingerprints).toHaveLength(1);
    expect(seal.fingerprints('a password', 'request')).toEqual(fingerprints);
    expect(seal.fingerprints('a password', 'caller')).not.toEqual(fingerprints);
    expect(new Seal('other').fingerprints('a password', 'request')).not.toEqual(fingerprints);
  });

  it('gives the fingerprints by other secrets too, the current one first', () => {
    const rotated = new Seal('second secret', ['first secret']);
    expect(rotated.fingerprints('text', 'a')).toEqual([
      ...new Seal('second secret').fingerprints('text', 'a'),
      ...seal.fingerprints('text', 'a'),
    ]);
  });

  it('opens values of other secrets, and shows by the prefix which it sealed itself', () => {
    const old = seal.seal('value', 'a');
    const rotated = new Seal('second secret', ['first secret']);
    expect(rotated.open(old, 'a')).toBe('value');
    expect(old.startsWith(rotated.currentPrefix)).toBe(false);
    expect(rotated.seal('value', 'a').startsWith(rotated.currentPrefix)).toBe(true);
  });
});
