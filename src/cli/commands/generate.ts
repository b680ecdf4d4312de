import { existsSync } from 'node:fs';
import path from 'node:path';
import { badInput } from '../../lib/errors.ts';
import { generateModule } from '../generate/generate-module.ts';
import { generateResource } from '../generate/generate-resource.ts';
import type { Host } from '../toolbox.ts';

/** The folder of the program's sources, in which the command must run. */
function sources(): string {
  const root = process.cwd();
  if (!existsSync(path.join(root, 'src/modules')))
    throw badInput('Run this in the folder of the program’s sources', 'folder');
  return root;
}

export async function runModule(host: Host, name: string, resource: string, flags: { optional?: boolean }) {
  const files = await generateModule(sources(), name, resource, { optional: flags.optional ?? false });
  report(host, files);
}

export async function runResource(host: Host, name: string, flags: { module: string }) {
  report(host, await generateResource(sources(), name, flags.module));
}

const report = (host: Host, files: readonly string[]): void => {
  host.stdout.write(
    `Wrote a table, a row rule, a declaration, a test, a migration and the printed graph. Adapt them:\n`,
  );
  for (const file of files) host.stdout.write(`  ${path.relative(process.cwd(), file)}\n`);
};
