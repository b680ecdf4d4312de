import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { edit, insertBefore } from './source-text.ts';

const modulesFile = (root: string): string => path.join(root, 'src/tenancy/modules.ts');

/** Whether organizations can switch the module on and off. */
export async function isOptional(root: string, module: string): Promise<boolean> {
  const text = await readFile(modulesFile(root), 'utf8');
  const list = /optionalModules[^=]*= \[([^\]]*)\]/.exec(text)?.[1] ?? '';
  return list.includes(`'${module}'`);
}

/** Adds the module to the manifests: the list of modules, the relations and the graph. */
export async function addToManifests(root: string, module: string, constant: string, optional: boolean): Promise<void> {
  const list = optional ? /(optionalModules[^=]*= \[)([^\]]*)(\])/ : /(coreModules = \[)([^\]]*)(\])/;
  await edit(modulesFile(root), (text) =>
    text.replace(list, (_, open: string, names: string, close: string) => `${open}${withName(names, module)}${close}`),
  );
  await edit(path.join(root, 'src/relations.ts'), (text) => {
    const imported = `import { ${constant} } from './modules/${module}/relations.ts';\n`;
    return insertBefore(insertBefore(text, /^\);/m, `  ${constant},\n`), /\n\/\*\*/, imported);
  });
  await edit(path.join(root, 'src/schema.ts'), (text) =>
    insertBefore(text, /^import \{ builder/m, `import './modules/${module}/index.ts';\n`),
  );
}

const withName = (names: string, name: string): string => {
  const before = names.trim().replace(/,$/, '');
  return before ? `${before}, '${name}'` : `'${name}'`;
};
