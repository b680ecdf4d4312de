import { existsSync } from 'node:fs';
import path from 'node:path';
import { badInput } from '../../lib/errors.ts';
import { deriveFromSources } from '../generate/derive.ts';
import { writeModule } from '../generate/write-module.ts';
import { writeResource } from '../generate/write-resource.ts';
import type { Host } from '../toolbox.ts';

/** The folder of the program's sources, in which the command must run. */
function sources(): string {
  const root = process.cwd();
  if (!existsSync(path.join(root, 'src/modules')))
    throw badInput('Run this in the folder of the program’s sources', 'folder');
  return root;
}

export async function runModule(host: Host, name: string, resource: string, flags: { optional?: boolean }) {
  const root = sources();
  await complete(host, root, name, await writeModule(root, name, resource, { optional: flags.optional ?? false }));
}

export async function runResource(host: Host, name: string, flags: { module: string }) {
  const root = sources();
  await complete(host, root, flags.module, await writeResource(root, name, flags.module));
}

async function complete(host: Host, root: string, module: string, files: readonly string[]): Promise<void> {
  const report = (line: string) => host.stderr.write(`${line}\n`);
  const derived = await deriveFromSources(root, module, report);
  const list = (paths: readonly string[]) =>
    paths.map((file) => `  ${path.relative(root, path.resolve(root, file))}\n`).join('');
  host.stdout.write(
    `Adapt these files:\n${list(files)}` +
      `Write these again afterwards:\n${list(derived)}` +
      `The lists of sources name the new ones: ${listsOf(module).join(', ')}.\n` +
      'Next: docs/resources.md, "Start", step 1.\n',
  );
}

/** The files in which a resource or module is one line. */
const listsOf = (module: string): string[] => [
  `src/modules/${module}/index.ts`,
  'src/relations.ts',
  'src/schema.ts',
  'src/tenancy/modules.ts',
];
