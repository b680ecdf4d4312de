import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { badInput } from '../../lib/errors.ts';
import type { ResourceNames } from './resource-names.ts';

/** Throws BAD_INPUT if the type is in the printed graph, or a module has the table. */
export async function requireNewNames(root: string, { type, sqlTable }: ResourceNames): Promise<void> {
  const graph = await readFile(path.join(root, 'schema.graphql'), 'utf8');
  if (new RegExp(`^\\w+ ${type}\\b`, 'm').test(graph)) throw badInput(`The type ${type} already exists`, 'name');
  for await (const file of glob('src/modules/*/tables.ts', { cwd: root }))
    if ((await readFile(path.join(root, file), 'utf8')).includes(`'${sqlTable}',`))
      throw badInput(`The table ${sqlTable} already exists, in ${file}`, 'name');
}
