import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { AppError } from '../../lib/errors.ts';
import type { ImportKind, Mapping } from './mapping.ts';
import type { SourceFiles } from './source-files.ts';

/** A digest of everything that determines an import: its kind, its mapping, and the contents of all files. */
export async function fingerprint(kind: ImportKind, mapping: Mapping, { paths, folder }: SourceFiles): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify([kind, mapping]));
  const named = [...mapping.join, ...Object.values(mapping.lookups)].flatMap(({ file }) => file ?? []);
  const beside = [...new Set(named)].map((file) => path.join(folder, file));
  for (const each of [...paths.map((source) => source.path), ...beside]) {
    try {
      for await (const chunk of createReadStream(each)) digest.update(chunk as Buffer);
    } catch (error) {
      throw new AppError('BAD_INPUT', `${each} cannot be read`, { field: 'file' }, { cause: error });
    }
    digest.update('\0');
  }
  return digest.digest('hex');
}
