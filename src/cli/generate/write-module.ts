import { existsSync } from 'node:fs';
import path from 'node:path';
import { badInput } from '../../lib/errors.ts';
import { addToManifests } from './module-manifests.ts';
import { requireNewNames } from './require-new-names.ts';
import { moduleName, resourceNames } from './resource-names.ts';
import { writeNew } from './source-text.ts';
import { relationsFile } from './templates.ts';
import { writeResource } from './write-resource.ts';

/**
 * Adds the sources of a module with its first resource: its folder, and its lines in the manifests. Returns the files
 * to adapt. Throws BAD_INPUT if the module, type or table already exists.
 */
export async function writeModule(
  root: string,
  module: string,
  resource: string,
  { optional }: { optional: boolean },
): Promise<string[]> {
  const name = moduleName(module);
  await requireNewNames(root, resourceNames(resource, name));
  const folder = path.join(root, 'src/modules', name);
  if (existsSync(folder)) throw badInput(`The module ${name} already exists`, 'module');
  const constant = `${name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}Relations`;
  await writeNew(path.join(folder, 'relations.ts'), relationsFile(constant));
  await addToManifests(root, name, constant, optional);
  return writeResource(root, resource, name);
}
