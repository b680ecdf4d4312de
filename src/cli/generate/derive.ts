import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Formats the sources, then generates the migration and the printed graph from them. Returns their paths. `report` is
 * called with a line before each slow step.
 */
export async function deriveFromSources(
  root: string,
  module: string,
  report: (line: string) => void,
): Promise<string[]> {
  const migrations = await migrationsOf(root, module);
  const node = (file: string, ...args: string[]) => run(process.execPath, [path.join(root, file), ...args], options);
  const options = { cwd: root, env: { ...process.env, LINE: module }, maxBuffer: 2 ** 26 };
  const places = [
    `src/modules/${module}`,
    `test/${module}`,
    'src/relations.ts',
    'src/schema.ts',
    'src/tenancy/modules.ts',
  ];
  report('Formatting the sources');
  await node('node_modules/@biomejs/biome/bin/biome', 'check', '--write', ...places);
  report('Writing the migration and the graph (up to a minute)');
  await Promise.all([
    node('bin/chantier.js', 'schema', 'print', '--out', 'schema.graphql'),
    node('node_modules/drizzle-kit/bin.cjs', 'generate'),
  ]);
  const written = (await migrationsOf(root, module)).filter((each) => !migrations.includes(each));
  return [...written, 'schema.graphql'];
}

const migrationsOf = async (root: string, module: string): Promise<string[]> => {
  const folder = path.join('drizzle', module);
  if (!existsSync(path.join(root, folder))) return [];
  return (await readdir(path.join(root, folder))).map((name) => path.join(folder, name));
};
