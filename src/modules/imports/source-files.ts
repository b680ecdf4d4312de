import { glob, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../lib/errors.ts';

export interface SourcePath {
  path: string;
  /** Its path inside the imported folder; absent if a single file is imported. */
  name?: string;
}

/** The files to import: one file, or files in a folder. */
export interface SourceFiles {
  paths: readonly SourcePath[];
  /** The folder of joined files and lookups. */
  folder: string;
  totalBytes: number;
}

const mostFiles = 100_000;

/** Finds the files, ordered by name. Throws BAD_INPUT if there are none. */
export async function findSourceFiles(file: string, pattern: string | undefined): Promise<SourceFiles> {
  const { size, isFolder } = await look(file);
  if (!isFolder) return { paths: [{ path: file }], folder: path.dirname(file), totalBytes: size };
  if (pattern === undefined) throw badFile(`${file} is a folder, but the mapping has no file.files`);
  const names: string[] = [];
  for await (const name of glob(pattern, { cwd: file })) {
    names.push(name.replaceAll(path.sep, '/'));
    if (names.length > mostFiles) throw badFile(`${file} has more than ${mostFiles} files`);
  }
  if (names.length === 0) throw badFile(`${file} contains no file that matches ${pattern}`);
  names.sort();
  const paths = names.map((name) => ({ path: path.join(file, name), name }));
  const sizes = await Promise.all(paths.map((each) => look(each.path)));
  return { paths, folder: file, totalBytes: sizes.reduce((sum, each) => sum + each.size, 0) };
}

async function look(file: string): Promise<{ size: number; isFolder: boolean }> {
  try {
    const found = await stat(file);
    return { size: found.size, isFolder: found.isDirectory() };
  } catch (error) {
    throw new AppError('BAD_INPUT', `${file} cannot be read`, { field: 'file' }, { cause: error });
  }
}

const badFile = (message: string): AppError => new AppError('BAD_INPUT', message, { field: 'file' });
