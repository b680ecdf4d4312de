import { existsSync } from 'node:fs';
import path from 'node:path';
import { badInput } from '../../lib/errors.ts';
import { isOptional } from './module-manifests.ts';
import { requireNewNames } from './require-new-names.ts';
import { type ResourceNames, resourceNames } from './resource-names.ts';
import { addImports, edit, writeNew } from './source-text.ts';
import { declarationOf, policyImports, policyOf, tableImports, tableOf, testOf } from './templates.ts';

/**
 * Adds the sources of a resource to a module: its table, row rule, declaration and test. Returns the files to adapt.
 * Throws BAD_INPUT for an unknown module, and for a type or table that already exists.
 */
export async function writeResource(root: string, name: string, module: string): Promise<string[]> {
  const names = resourceNames(name, module);
  const folder = path.join(root, 'src/modules', names.module);
  if (!existsSync(folder)) throw badInput(`There is no module ${names.module}`, 'module');
  await requireNewNames(root, names);
  return writeSources(root, folder, names);
}

async function writeSources(root: string, folder: string, names: ResourceNames): Promise<string[]> {
  const optional = await isOptional(root, names.module);
  const declaration = path.join(folder, `${names.file}.ts`);
  const test = path.join(root, 'test', names.module, `${names.file}.test.ts`);
  await writeNew(declaration, declarationOf(names, optional));
  await writeNew(test, testOf(names, optional));
  await edit(path.join(folder, 'tables.ts'), (text) => addImports(text, tableImports) + tableOf(names));
  await edit(path.join(folder, 'policy.ts'), (text) => addImports(text, policyImports) + policyOf(names));
  await edit(path.join(folder, 'index.ts'), (text) => `${text}import './${names.file}.ts';\n`);
  return [...['tables.ts', 'relations.ts', 'policy.ts'].map((file) => path.join(folder, file)), declaration, test];
}
