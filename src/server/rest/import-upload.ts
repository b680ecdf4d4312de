import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../lib/errors.ts';
import { tooLarge } from '../routes/read-body.ts';

/** The largest size of a compressed file after decompression. */
const mostBytes = 128 * 1024 * 1024;

/** An uploaded file on the disk of this process; disposing removes it. */
export interface Upload extends AsyncDisposable {
  readonly file: string;
}

/**
 * Writes a body to a temporary file, and decompresses it if it is gzip. Throws PAYLOAD_TOO_LARGE, and BAD_INPUT for
 * invalid gzip.
 */
export async function receiveUpload(chunks: AsyncIterable<Buffer>): Promise<Upload> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chantier-upload-'));
  const file = path.join(folder, 'upload');
  const upload = { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  try {
    const body = chunks[Symbol.asyncIterator]();
    const first = await body.next();
    const whole = Readable.from(chain(first.done ? [] : [first.value], body));
    const isGzip = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
    const steps = isGzip ? [whole, createGunzip(), limited()] : [whole];
    await pipeline([...steps, createWriteStream(file, { mode: 0o600 })]);
    return upload;
  } catch (error) {
    await upload[Symbol.asyncDispose]();
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    throw new AppError('BAD_INPUT', 'The body is not valid gzip', { field: 'body' }, { cause: error });
  }
}

async function* chain(start: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* start;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function limited(): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > mostBytes) done(tooLarge(mostBytes));
      else done(null, chunk);
    },
  });
}
