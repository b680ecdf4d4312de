import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Formats the sources, then makes what is derived from them: the migration and the printed graph. */
export async function deriveFromSources(root: string, module: string): Promise<void> {
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
  const [{ stdout }] = await Promise.all([
    node('bin/chantier.js', 'schema', 'print'),
    node('node_modules/drizzle-kit/bin.cjs', 'generate'),
  ]);
  await writeFile(path.join(root, 'schema.graphql'), stdout);
}
