import type { ByteSource } from '../../lib/byte-source.ts';
import { badInput } from '../../lib/errors.ts';

/*
 * Archives are POSIX tar files, so that any tool can unpack them. This reader accepts only plain files as they are
 * written here, and rejects every other kind of entry (links, devices, long names, extensions) by its header. A library
 * that supports these kinds could not guarantee that.
 */

export interface TarEntry {
  name: string;
  data: Buffer;
}

const blockBytes = 512;
const mostNameBytes = 100;

/** One plain file, with its header and padding. */
export function tarEntry({ name, data }: TarEntry, modified: Date): Buffer[] {
  if (Buffer.byteLength(name) > mostNameBytes) throw new RangeError(`the name is too long for an archive: ${name}`);
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0);
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${octal(data.length, 11)}\0`, 124);
  header.write(`${octal(Math.floor(modified.getTime() / 1000), 11)}\0`, 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(`${octal(sumOf(header), 6)}\0 `, 148);
  return [header, data, Buffer.alloc(paddingOf(data.length))];
}

/** The end marker of an archive. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * blockBytes);

/**
 * The plain files of an archive, in order. `sizeLimit` returns the maximum size in bytes of a file with this name, or
 * undefined for a name that is not allowed; a file is read into memory only within its limit. Throws BAD_INPUT for
 * anything else.
 */
export async function* readTar(
  source: ByteSource,
  sizeLimit: (name: string) => number | undefined,
): AsyncGenerator<TarEntry> {
  for (;;) {
    const header = await whole(source, blockBytes);
    if (header.every((byte) => byte === 0)) break;
    const { name, size } = readHeader(header);
    const limit = sizeLimit(name);
    if (limit === undefined) throw badArchive('contains a file that does not belong there');
    if (size > limit) throw badArchive('contains a file that is too large');
    const data = await whole(source, size);
    if ((await whole(source, paddingOf(size))).some((byte) => byte !== 0)) throw badArchive('is damaged');
    yield { name, data };
  }
  for await (const rest of source.rest()) {
    if (rest.some((byte) => byte !== 0)) throw badArchive('continues after its end');
  }
}

function readHeader(header: Buffer): { name: string; size: number } {
  const sum = Buffer.from(header);
  sum.fill(' ', 148, 156);
  const plainFile = header.subarray(156, 157).toString('latin1') === '0';
  const isUstar = header.subarray(257, 265).toString('latin1') === 'ustar\x0000';
  const isOurs = plainFile && isUstar && header.subarray(265, blockBytes).every((byte) => byte === 0);
  if (readOctal(header, 148, 6) !== sumOf(sum) || !isOurs)
    throw badArchive('is damaged, or was not made by this program');
  const size = readOctal(header, 124, 11);
  const name = header.subarray(0, mostNameBytes).toString('latin1').replace(/\0+$/, '');
  if (size === undefined) throw badArchive('is damaged');
  return { name, size };
}

async function whole(source: ByteSource, length: number): Promise<Buffer> {
  const data = await source.take(length);
  if (data.length < length) throw badArchive('ends too early');
  return data;
}

function readOctal(header: Buffer, at: number, digits: number): number | undefined {
  const text = header.subarray(at, at + digits).toString('latin1');
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
const paddingOf = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes;
const sumOf = (header: Buffer): number => header.reduce((sum, byte) => sum + byte, 0);
const badArchive = (what: string) => badInput(`The archive ${what}`, 'archive');
