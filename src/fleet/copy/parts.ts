import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, crc32, zstdCompress, zstdDecompress } from 'node:zlib';
import { AppError } from '../../lib/errors.ts';
import { badArchive, type Part } from './manifest.ts';

/*
 * A part ends with a row that its own checksum chooses, so the same rows always form the same parts, and a change of
 * some rows changes only the parts around them: parts of a fixed size would all shift.
 */
const leastPartBytes = 1024 * 1024;
/** A part ends with the first row that reaches this size, if no row was chosen before. */
const partBytes = 4 * 1024 * 1024;
/** Among so many bytes one row is chosen on average. */
const chosenEvery = 1024 * 1024;
/** Maximum size of a part: a single row may exceed the usual size. */
export const mostPartBytes = 64 * 1024 * 1024;
const newline = 0x0a;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const level = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 0 } };

/** Splits COPY's text between rows. Throws TOO_COMPLEX for a row that is too large for an archive. */
export async function* cutParts(text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of text) {
    chunks.push(chunk);
    length += chunk.length;
    if (length < partBytes) continue;
    let left = Buffer.concat(chunks);
    // A shorter rest may still end anywhere
    for (let end = endOfPart(left); end !== undefined && left.length >= partBytes; end = endOfPart(left)) {
      yield left.subarray(0, end);
      left = left.subarray(end);
    }
    if (left.length > mostPartBytes) throw new AppError('TOO_COMPLEX', 'A row is too large for an archive');
    chunks = [left];
    length = left.length;
  }
  let left = Buffer.concat(chunks);
  for (let end = endOfPart(left); end !== undefined; end = endOfPart(left)) {
    yield left.subarray(0, end);
    left = left.subarray(end);
  }
  if (left.length > 0) yield left;
}

/** Where the first part of a text ends; undefined if that is not in the text. */
function endOfPart(text: Buffer): number | undefined {
  let start = afterRow(text, leastPartBytes - 1);
  while (start !== undefined && start < partBytes) {
    const end = afterRow(text, start);
    if (end !== undefined && isChosen(text.subarray(start, end))) return end;
    start = end;
  }
  return start;
}

/** The end of the row that has this byte. */
function afterRow(text: Buffer, at: number): number | undefined {
  if (at >= text.length) return undefined;
  const end = text.indexOf(newline, at);
  return end === -1 ? undefined : end + 1;
}

const isChosen = (row: Buffer): boolean => crc32(row) < row.length * (2 ** 32 / chosenEvery);

/** Compresses a part, and describes it for the manifest. */
export async function packPart(file: string, text: Buffer): Promise<{ part: Part; packed: Buffer }> {
  const packed = await compress(text, level);
  const part = { file, rows: countLines(text), bytes: text.length, sha256: sha256(text) };
  return { packed, part: { ...part, packedBytes: packed.length, packedSha256: sha256(packed) } };
}

/** Decompresses a part, up to the size in the manifest. Throws BAD_INPUT if the text differs from the manifest. */
export async function unpackPart(part: Part, packed: Buffer): Promise<Buffer> {
  const text = await decompress(packed, { maxOutputLength: Math.max(part.bytes, 1) }).catch(() => undefined);
  if (text?.length !== part.bytes || sha256(text) !== part.sha256 || countLines(text) !== part.rows) {
    throw badArchive(`has a file ${part.file} that does not match its manifest`);
  }
  return text;
}

export const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

export function countLines(text: Buffer): number {
  let rows = 0;
  for (let at = text.indexOf(newline); at !== -1; at = text.indexOf(newline, at + 1)) rows++;
  return rows;
}
