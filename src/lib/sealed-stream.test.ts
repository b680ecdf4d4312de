import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { openStream, type SealingKey, sealStream } from './sealed-stream.ts';

const key = { key: randomBytes(32) };
const headerBytes = 34;
const pieceBytes = 64 * 1024;
const sealedPieceBytes = pieceBytes + 16;
const stream = (data: Buffer, chunk = 10_000) =>
  Readable.from(
    (function* () {
      for (let at = 0; at < data.length; at += chunk) yield data.subarray(at, at + chunk);
    })(),
  );
const seal = (data: Buffer, sealing: SealingKey = key) => buffer(sealStream(stream(data), sealing));
const open = (data: Buffer, sealing: SealingKey = key) => buffer(openStream(stream(data, 7_777), sealing));
const refused = { code: 'BAD_INPUT' };

describe('a sealed stream', () => {
  it.each([0, 1, pieceBytes - 1, pieceBytes, pieceBytes + 1, 3 * pieceBytes])(
    'of %i bytes opens as it was',
    async (n) => {
      const data = randomBytes(n);
      const sealed = await seal(data);
      expect((await open(sealed)).equals(data)).toBe(true);
      // Fewer bytes are found by chance
      expect(n >= 32 && sealed.includes(data.subarray(0, 32))).toBe(false);
    },
  );

  it('is another one each time', async () => {
    const data = Buffer.from('the same');
    expect((await seal(data)).equals(await seal(data))).toBe(false);
  });

  it('opens with its passphrase, and with no other', async () => {
    const sealed = await seal(Buffer.from('secret'), { passphrase: 'caf\u00e9' });
    expect((await open(sealed, { passphrase: 'cafe\u0301' })).toString()).toBe('secret');
    await expect(open(sealed, { passphrase: 'cafe' })).rejects.toMatchObject(refused);
    await expect(open(sealed)).rejects.toMatchObject(refused);
  });

  it('does not open with another key, nor when it is none', async () => {
    const sealed = await seal(Buffer.from('secret'));
    await expect(open(sealed, { key: randomBytes(32) })).rejects.toMatchObject(refused);
    await expect(open(Buffer.from('something else altogether, long enough'))).rejects.toMatchObject(refused);
  });

  it('does not ask for any amount of memory', async () => {
    const sealed = await seal(Buffer.from('secret'), { passphrase: 'words' });
    sealed[17] = 30;
    await expect(open(sealed, { passphrase: 'words' })).rejects.toMatchObject(refused);
  });

  const piece = (n: number) => headerBytes + n * sealedPieceBytes;
  const spoilers: [string, (sealed: Buffer) => Buffer][] = [
    ['a changed byte', (sealed) => sealed.fill(sealed[piece(1)]! ^ 1, piece(1), piece(1) + 1)],
    ['a changed header', (sealed) => sealed.fill(sealed[20]! ^ 1, 20, 21)],
    ['a cut in a piece', (sealed) => sealed.subarray(0, piece(1) + 100)],
    ['a cut between pieces', (sealed) => sealed.subarray(0, piece(2))],
    ['a cut after the header', (sealed) => sealed.subarray(0, headerBytes)],
    [
      'pieces in another order',
      (sealed) =>
        Buffer.concat([
          sealed.subarray(0, headerBytes),
          sealed.subarray(piece(1), piece(2)),
          sealed.subarray(headerBytes, piece(1)),
          sealed.subarray(piece(2)),
        ]),
    ],
    ['a piece twice', (sealed) => Buffer.concat([sealed.subarray(0, piece(1)), sealed.subarray(headerBytes)])],
    ['something after its end', (sealed) => Buffer.concat([sealed, Buffer.from('more')])],
  ];
  it.each(spoilers)('with %s does not open', async (_, spoil) => {
    await expect(open(spoil(await seal(randomBytes(3 * pieceBytes - 5))))).rejects.toMatchObject(refused);
  });
});
