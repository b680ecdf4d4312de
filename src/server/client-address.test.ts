import { describe, expect, it } from 'vitest';
import { addressReader, type TrustedHeader } from './client-address.ts';

const read = (trusted: TrustedHeader | undefined, header: string | undefined, socket = '192.0.2.1') =>
  addressReader(trusted)(socket, new Headers(trusted && header !== undefined ? { [trusted]: header } : {}));

describe('the address of a client', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'unknown'],
  ])('of a socket at %s is %s', (socket, address) => {
    expect(read(undefined, undefined, socket)).toBe(address);
  });

  it('is unknown once the socket is gone', () => {
    expect(addressReader(undefined)(undefined, new Headers())).toBe('unknown');
  });

  it('is that of the socket when no header is trusted, or the proxy sends none', () => {
    const headers = new Headers({ 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.8' });
    expect(addressReader(undefined)('192.0.2.1', headers)).toBe('192.0.2.1');
    expect(read('x-forwarded-for', undefined)).toBe('192.0.2.1');
    expect(read('forwarded', undefined)).toBe('192.0.2.1');
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:5512', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:DB8:0::1]:4444', '2001:db8::1'],
    ['[::ffff:203.0.113.7]:80', '203.0.113.7'],
    ['198.51.100.9, 203.0.113.7:5512', '203.0.113.7'],
    ['198.51.100.9,203.0.113.7', '203.0.113.7'],
    ['unknown', 'unknown'],
    ['', 'unknown'],
    ['203.0.113.7,', 'unknown'],
    ['203.0.113.7, unknown', 'unknown'],
    ['203.0.113.700', 'unknown'],
    ['203.0.113.7:port', 'unknown'],
    ['203.0.113.07', 'unknown'],
    ['2001:db8::1:4444:zz', 'unknown'],
    ['[203.0.113.7]', 'unknown'],
    ['[2001:db8::1', 'unknown'],
    ['_hidden', 'unknown'],
  ])('is in X-Forwarded-For "%s" as %s', (header, address) => {
    expect(read('x-forwarded-for', header)).toBe(address);
  });

  it.each([
    ['for=203.0.113.7', '203.0.113.7'],
    ['For=203.0.113.7;proto=https;by=198.51.100.1', '203.0.113.7'],
    ['proto=https; for="203.0.113.7:5512"', '203.0.113.7'],
    ['for="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for="[2001:db8::1]:_port"', '2001:db8::1'],
    ['for=198.51.100.9, for=203.0.113.7', '203.0.113.7'],
    ['for="198.51.100.9, for=198.51.100.8", for="203.0.113.7"', '203.0.113.7'],
    ['for="a\\"b";proto=http,for=203.0.113.7', '203.0.113.7'],
    ['for=unknown', 'unknown'],
    ['for=_SEVKISEK', 'unknown'],
    ['proto=https', 'unknown'],
    ['for=198.51.100.9;for=203.0.113.7', 'unknown'],
    ['for="198.51.100.9, for=203.0.113.7', 'unknown'],
    ['for=198.51.100.9,', 'unknown'],
    ['', 'unknown'],
  ])('is in Forwarded %j as %s', (header, address) => {
    expect(read('forwarded', header)).toBe(address);
  });

  it('is unknown in headers that are long and mean nothing', () => {
    for (const header of ['"'.repeat(16_000), '";'.repeat(8_000), ','.repeat(16_000), 'for="\\'.repeat(2_600)]) {
      expect(read('forwarded', header)).toBe('unknown');
      expect(read('x-forwarded-for', header)).toBe('unknown');
    }
  });
});
