import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { badInput } from '../../lib/errors.ts';
import { isOptional } from './module-manifests.ts';
import { type ResourceNames, resourceNames } from './resource-names.ts';
import { addImports, edit, writeNew } from './source-text.ts';
import { declarationOf, policyImports, policyOf, tableImports, tableOf, testOf } from './templates.ts';

const run = promisify(execFile);

/**
 * Adds a resource to a module: its table, row rule, declaration and test, then the migration and the printed graph.
 * Gives the files to read next. Throws BAD_INPUT for an unknown module and for a resource that exists.
 */
export async function generateResource(root: string, name: string, module: string): Promise<string[]> {
  const names = resourceNames(name, module);
  const folder = path.join(root, 'src/modules', names.module);
  if (!existsSync(folder)) throw badInput(`There is no module ${names.module}`, 'module');
  const files = await writeSources(root, folder, names);
  await derive(root, names.module);
  return files;
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
  return [path.join(folder, 'tables.ts'), path.join(folder, 'policy.ts'), declaration, test];
}

/** Formats the sources, then makes what is derived from them: the migration, the printed graph and the register. */
async function derive(root: string, module: string): Promise<void> {
  const node = (file: string, ...args: string[]) => run(process.execPath, [path.join(root, file), ...args], options);
  const options = { cwd: root, env: { ...process.env, LINE: module }, maxBuffer: 2 ** 26 };
  const places = [
    `src/modules/${module}`,
    `test/${module}`,
    'src/relations.ts',
    'src/schema.ts',
    'src/tenancy/modules.ts',
  ];
  await node('node_modules/@biomejs/biome/bin/biome', 'check', '--write', ...places);
  await node('node_modules/drizzle-kit/bin.cjs', 'generate');
  const { stdout } = await node('bin/chantier.js', 'schema', 'print');
  await writeFile(path.join(root, 'schema.graphql'), stdout);
}
