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
  await deriveFromSources(root, module);
  host.stdout.write(
    `Wrote a table, a row rule, a declaration, a test, a migration and the printed graph. Adapt them:\n`,
  );
  for (const file of files) host.stdout.write(`  ${path.relative(root, file)}\n`);
}
