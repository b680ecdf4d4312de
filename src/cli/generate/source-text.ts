import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { badInput } from '../../lib/errors.ts';

interface Import {
  names: readonly string[];
  from: string;
}

/** Adds names to the imports of a source file, in alphabetical order. */
export const addImports = (text: string, imports: readonly Import[]): string =>
  imports.reduce((source, each) => addImport(source, each), text);

function addImport(text: string, { names, from }: Import): string {
  const pattern = new RegExp(`import (type )?\\{([^}]*)\\} from '${from.replaceAll('.', '\\.')}';\\n`);
  const [, typeOnly = '', list = ''] = pattern.exec(text) ?? [];
  const known = list.split(',').flatMap((name) => (name.trim() ? [`${typeOnly}${name.trim()}`] : []));
  const bare = (name: string) => name.replace(/^type /, '');
  const missing = names.filter((name) => !known.some((each) => bare(each) === bare(name)));
  if (missing.length === 0) return text;
  const line = `import { ${[...known, ...missing].sort().join(', ')} } from '${from}';\n`;
  return pattern.test(text) ? text.replace(pattern, () => line) : line + text;
}

/** Inserts text before the first match. Throws if there is none. */
export function insertBefore(text: string, pattern: RegExp, line: string): string {
  const found = pattern.exec(text);
  if (!found) throw new Error(`No line matches ${pattern}`);
  return text.slice(0, found.index) + line + text.slice(found.index);
}

/** Writes a new file. Throws BAD_INPUT if it exists. */
export async function writeNew(file: string, text: string): Promise<void> {
  if (existsSync(file)) throw badInput(`${file} already exists`, 'name');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** Changes a file; a missing file counts as empty. */
export async function edit(file: string, change: (text: string) => string): Promise<void> {
  const before = existsSync(file) ? await readFile(file, 'utf8') : '';
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, change(before));
}
