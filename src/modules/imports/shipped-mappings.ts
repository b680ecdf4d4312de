import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** The mappings shipped with the program: `mappings/<name>.yaml`. */
const folder = path.join(import.meta.dirname, '../../../mappings');

export async function shippedMappings(): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => path.basename(file, '.yaml'))
    .sort();
}

/** The text of a shipped mapping; undefined if none has this name. */
export async function shippedMapping(name: string): Promise<string | undefined> {
  return (await shippedMappings()).includes(name)
    ? await readFile(path.join(folder, `${name}.yaml`), 'utf8')
    : undefined;
}
