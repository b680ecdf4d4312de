import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import iconv from 'iconv-lite';
import { AppError } from '../../lib/errors.ts';

/** The number of bytes that have been read. */
export interface ReadingPosition {
  bytes: number;
}

/** The size of the chunks in which a file is read. */
const pieceBytes = 256 * 1024;

/**
 * Reads a text file in chunks. Decompresses gzip, decodes the text (a byte order mark overrides the encoding), and
 * converts all line endings to `\n`. Throws BAD_INPUT if the file cannot be read.
 */
export async function* readTextFile(
  file: string,
  encoding: string,
  position: ReadingPosition = { bytes: 0 },
): AsyncGenerator<string> {
  try {
    yield* withLineFeeds(decode(decompress(bytesOf(file, position)), encoding));
  } catch (error) {
    if (!isFileError(error)) throw error;
    throw new AppError('BAD_INPUT', `${file} cannot be read: ${error.code}`, { field: 'file' }, { cause: error });
  }
}

async function* bytesOf(file: string, position: ReadingPosition): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(file, { highWaterMark: pieceBytes })) {
    position.bytes += (chunk as Buffer).length;
    yield chunk as Buffer;
  }
}

const gzip = Buffer.from([0x1f, 0x8b]);
const zip = Buffer.from('PK\u0003\u0004');

async function* decompress(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { done, value: first } = await chunks.next();
  if (done) return;
  if (first.subarray(0, 4).equals(zip)) {
    const message = 'This is a ZIP archive or a spreadsheet: unpack it, or save the sheet as CSV';
    throw new AppError('BAD_INPUT', message, { field: 'file' });
  }
  const all = prepend(first, chunks);
  if (!first.subarray(0, 2).equals(gzip)) yield* all;
  else {
    // The callback ignores errors because the loop gets them: `pipeline` destroys the stream with the error
    const unzipped = pipeline(Readable.from(all), createGunzip({ chunkSize: pieceBytes }), () => {});
    for await (const chunk of unzipped) yield chunk as Buffer;
  }
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

const marks: readonly [mark: Buffer, encoding: string][] = [
  [Buffer.from([0xef, 0xbb, 0xbf]), 'utf-8'],
  [Buffer.from([0xff, 0xfe]), 'utf-16le'],
  [Buffer.from([0xfe, 0xff]), 'utf-16be'],
];

async function* decode(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  let decoder: ReturnType<typeof iconv.getDecoder> | undefined;
  for await (const chunk of chunks) {
    const marked = decoder ? undefined : marks.find(([mark]) => chunk.subarray(0, mark.length).equals(mark));
    decoder ??= iconv.getDecoder((marked?.[1] ?? encoding) as Parameters<typeof iconv.getDecoder>[0]);
    yield decoder.write(chunk);
  }
  const rest = decoder?.end();
  if (rest) yield rest;
}

async function* withLineFeeds(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  // A carriage return at the end of a piece may belong to a line feed at the start of the next one
  let pending = '';
  for await (const piece of pieces) {
    const text = pending + piece;
    pending = text.endsWith('\r') ? '\r' : '';
    yield (pending ? text.slice(0, -1) : text).replace(/\r\n?/g, '\n');
  }
  if (pending) yield '\n';
}

const isFileError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && ('syscall' in error || ('code' in error && String(error.code).startsWith('Z_')));
