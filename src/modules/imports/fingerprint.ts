import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { AppError } from '../../lib/errors.ts';
import { joinedFile } from './join-files.ts';
import type { ImportKind, Mapping } from './mapping.ts';

/** A digest of all that decides what an import does: kind, mapping, and what is in the files. */
export async function fingerprint(kind: ImportKind, mapping: Mapping, file: string): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify([kind, mapping]));
  const files = [file, ...mapping.join.map((join) => joinedFile(file, join))];
  for (const each of files) {
    try {
      for await (const chunk of createReadStream(each)) digest.update(chunk as Buffer);
    } catch (error) {
      throw new AppError('BAD_INPUT', `${each} cannot be read`, { field: 'file' }, { cause: error });
    }
    digest.update('\0');
  }
  return digest.digest('hex');
}
