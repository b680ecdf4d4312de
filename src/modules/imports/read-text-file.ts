import { createReadStream } from 'node:fs';
import iconv from 'iconv-lite';
import { AppError } from '../../lib/errors.ts';

/** How far reading has come, in bytes of the file. */
export interface ReadingPosition {
  bytes: number;
}

/** The text of a file piece by piece, decoded. Throws BAD_INPUT when the file cannot be read. */
export async function* readTextFile(
  file: string,
  encoding: string,
  position: ReadingPosition = { bytes: 0 },
): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding as Parameters<typeof iconv.getDecoder>[0]);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
      position.bytes += (chunk as Buffer).length;
      yield decoder.write(chunk as Buffer);
    }
  } catch (error) {
    if (!isFileError(error)) throw error;
    throw new AppError('BAD_INPUT', `${file} cannot be read: ${error.code}`, { field: 'file' }, { cause: error });
  }
  const rest = decoder.end();
  if (rest) yield rest;
}

const isFileError = (error: unknown): error is Error & { code: string } => error instanceof Error && 'syscall' in error;
