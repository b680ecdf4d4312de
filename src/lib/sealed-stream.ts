import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { ByteSource } from './byte-source.ts';
import { badInput } from './errors.ts';

/** The key of a sealed stream: 32 bytes, or a passphrase. */
export type SealingKey = { key: Buffer } | { passphrase: string };

type Bytes = AsyncIterable<Uint8Array>;

const magic = Buffer.from('chantier sealed\x01');
const saltBytes = 16;
const keyKinds = { key: 1, passphrase: 2 } as const;
/** log2 of scrypt's cost: 128 MiB and some tenths of a second for each derivation. */
const cost = 17;
const highestCost = 18;
const headerBytes = magic.length + 2 + saltBytes;
const pieceBytes = 64 * 1024;
const tagBytes = 16;

/**
 * Encrypts a stream: a header, then pieces of 64 KiB, each with AES-256-GCM and a tag. The key is derived for this
 * stream from a random salt. Nonces count the pieces and mark the last one, so changed, missing, repeated or reordered
 * pieces and a truncated stream are detected. The header is authenticated with every piece.
 */
export async function* sealStream(plain: Bytes, sealing: SealingKey): AsyncGenerator<Buffer> {
  const kind = 'key' in sealing ? keyKinds.key : keyKinds.passphrase;
  const header = Buffer.concat([magic, Buffer.from([kind, cost]), randomBytes(saltBytes)]);
  const key = await keyOf(sealing, header);
  yield header;
  for await (const { piece, nonce } of inPieces(plain, pieceBytes)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(header);
    yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Decrypts the output of `sealStream`. Throws BAD_INPUT for a wrong key, and for a changed or truncated stream. */
export async function* openStream(sealed: Bytes, sealing: SealingKey): AsyncGenerator<Buffer> {
  await using source = new ByteSource(sealed);
  const header = await source.take(headerBytes);
  if (!isSealed(header)) throw badInput('The archive is not encrypted', 'archive');
  const key = await keyOf(sealing, header);
  for await (const { piece, nonce } of inPieces(source.rest(), pieceBytes + tagBytes)) {
    yield open(piece, { key, nonce, header });
  }
}

/** Whether a stream with this beginning is sealed; 16 bytes are enough. */
export const isSealed = (begin: Buffer): boolean => begin.subarray(0, magic.length).equals(magic);

function open(piece: Buffer, { key, nonce, header }: { key: Buffer; nonce: Buffer; header: Buffer }): Buffer {
  if (piece.length < tagBytes) throw damaged();
  const body = piece.subarray(0, piece.length - tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(header);
  decipher.setAuthTag(piece.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    throw damaged();
  }
}

const damaged = () =>
  badInput('The archive cannot be decrypted: the key or passphrase is wrong, or the archive is damaged', 'archive');

async function keyOf(sealing: SealingKey, header: Buffer): Promise<Buffer> {
  const [kind, logCost] = header.subarray(magic.length);
  const salt = header.subarray(-saltBytes);
  if (kind !== ('key' in sealing ? keyKinds.key : keyKinds.passphrase)) {
    throw badInput(`The archive was encrypted with a ${kind === keyKinds.key ? 'key' : 'passphrase'}`, 'archive');
  }
  const secret = 'key' in sealing ? sealing.key : await stretch(sealing.passphrase, salt, logCost!);
  return Buffer.from(hkdfSync('sha256', secret, salt, 'chantier archive', 32));
}

/** The header is untrusted: its cost is bounded, so that it cannot request too much memory. */
async function stretch(passphrase: string, salt: Buffer, logCost: number): Promise<Buffer> {
  if (logCost < 10 || logCost > highestCost) throw damaged();
  const parameters = { N: 2 ** logCost, r: 8, p: 1, maxmem: 2 ** highestCost * 8 * 128 * 2 };
  const derive = promisify(scrypt) as (p: string, s: Buffer, n: number, o: typeof parameters) => Promise<Buffer>;
  return await derive(passphrase.normalize('NFKC'), salt, 32, parameters);
}

/**
 * Cuts a stream into pieces of one length, with the nonce of each; only the last may be shorter. There is at least one.
 */
async function* inPieces(bytes: Bytes, length: number): AsyncGenerator<{ piece: Buffer; nonce: Buffer }> {
  let count = 0n;
  const nonceOf = (last: boolean) => {
    const nonce = Buffer.alloc(12);
    nonce.writeBigUInt64BE(count++, 3);
    nonce[11] = last ? 1 : 0;
    return nonce;
  };
  let left = Buffer.alloc(0);
  for await (const chunk of bytes) {
    left = left.length === 0 ? Buffer.from(chunk) : Buffer.concat([left, chunk]);
    // A full piece may be the last one, so it waits for more bytes
    let at = 0;
    for (; left.length - at > length; at += length)
      yield { piece: left.subarray(at, at + length), nonce: nonceOf(false) };
    left = left.subarray(at);
  }
  yield { piece: left, nonce: nonceOf(true) };
}
