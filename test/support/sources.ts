import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

export interface Source {
  /** From the project's root, with slashes: `src/db/session.ts`. */
  file: string;
  text: string;
  /** Files of the project that it imports, likewise. */
  imports: string[];
}

const importPattern = /^(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"](\.[^'"]+)['"]|\bimport\(['"](\.[^'"]+)['"]\)/gm;

/** The program's own files, tests left out. */
export function readSources(folder = 'src'): Source[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => {
      const file = path.posix.join(folder, name);
      const text = readFileSync(path.join(root, file), 'utf8');
      const imports = [...text.matchAll(importPattern)].map((match) =>
        path.posix.join(path.posix.dirname(file), match[1] ?? match[2]!),
      );
      return { file, text, imports };
    });
}

/** The folders right below `src/modules`. */
export const moduleFolders = (): string[] =>
  readdirSync(path.join(root, 'src/modules'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
