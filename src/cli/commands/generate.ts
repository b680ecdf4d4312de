import { existsSync } from 'node:fs';
import path from 'node:path';
import { badInput } from '../../lib/errors.ts';
import { deriveFromSources } from '../generate/derive.ts';
import { writeModule } from '../generate/write-module.ts';
import { writeResource } from '../generate/write-resource.ts';
import type { Host } from '../toolbox.ts';

/** The root folder of the program's sources, in which the command must run. */
function sources(): string {
  const root = process.cwd();
  if (!existsSync(path.join(root, 'src/modules')))
    throw badInput('Run this in the root folder of the program’s sources', 'folder');
  return root;
}

export async function runModule(host: Host, name: string, resource: string, flags: { optional?: boolean }) {
  const root = sources();
  const files = await writeModule(root, name, resource, { optional: flags.optional ?? false });
  await complete(host, root, name, {
    files,
    manifests: ['src/relations.ts', 'src/schema.ts', 'src/tenancy/modules.ts'],
  });
}

export async function runResource(host: Host, name: string, flags: { module: string }) {
  const root = sources();
  await complete(host, root, flags.module, { files: await writeResource(root, name, flags.module), manifests: [] });
}

interface Written {
  files: readonly string[];
  /** The manifests that list every module. */
  manifests: readonly string[];
}

async function complete(host: Host, root: string, module: string, { files, manifests }: Written): Promise<void> {
  const derived = await deriveFromSources(root, module, (line) => host.stderr.write(`${line}\n`));
  const list = (title: string, paths: readonly string[]) =>
    host.stdout.write(`${title}:\n${paths.map((file) => `  ${file}\n`).join('')}`);
  list(
    'Adapt these files',
    files.map((file) => path.relative(root, file)),
  );
  list('Generate these again afterwards', derived);
  list('Also changed', [`src/modules/${module}/index.ts`, ...manifests]);
  host.stdout.write('Next: step 1 of docs/resources.md\n');
}
