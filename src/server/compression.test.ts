import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { acceptedEncoding, compress } from './compression.ts';

it.each([
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['GZIP;q=0.5, br;q=0.4', 'gzip'],
  ['*', 'zstd'],
  ['*;q=0.1, zstd;q=0, br;q=0', 'gzip'],
  ['deflate, identity', undefined],
  ['gzip;q=0', undefined],
  ['gzip;q=x', undefined],
  ['', undefined],
  [undefined, undefined],
])('chooses for %o the encoding %o', (header, encoding) => {
  expect(acceptedEncoding(header)).toBe(encoding);
});

it('compresses by each encoding', async () => {
  const body = Buffer.from('{"data":null}'.repeat(100));
  const decompress = { zstd: zstdDecompressSync, br: brotliDecompressSync, gzip: gunzipSync };
  for (const [encoding, open] of Object.entries(decompress)) {
    const small = await compress(body, encoding as keyof typeof decompress);
    expect(small.length).toBeLessThan(body.length / 5);
    expect(open(small)).toEqual(body);
  }
});
