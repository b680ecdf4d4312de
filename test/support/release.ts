import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './sources.ts';

const run = promisify(execFile);

export interface Release {
  version: string;
  commit: string;
}

export const readReleases = async (): Promise<[Release, ...Release[]]> =>
  JSON.parse(await readFile(path.join(root, 'releases.json'), 'utf8')) as [Release, ...Release[]];

/** Whether the history of this checkout has a commit: there is none in an archive of the sources. */
export const hasCommit = (commit: string): Promise<boolean> =>
  run('git', ['-C', root, 'cat-file', '-e', `${commit}^{commit}`]).then(
    () => true,
    () => false,
  );

/** A folder with the program as it was released, ready to run. */
export interface Installed extends AsyncDisposable {
  folder: string;
}

async function emptyFolder(): Promise<Installed> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chantier-release-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Installs a release from the history. Dependencies are those of this checkout where they are the same. */
export async function installRelease({ commit }: Release): Promise<Installed> {
  const installed = await emptyFolder();
  const archive = spawn('git', ['-C', root, 'archive', commit], { stdio: ['ignore', 'pipe', 'ignore'] });
  const unpack = spawn('tar', ['-x', '-C', installed.folder], { stdio: [archive.stdout, 'ignore', 'inherit'] });
  const code = await new Promise<number | null>((resolve) => unpack.once('close', resolve));
  if (code !== 0) throw new Error(`the release ${commit} cannot be unpacked`);
  const lock = (folder: string) => readFile(path.join(folder, 'package-lock.json'), 'utf8');
  if ((await lock(installed.folder)) === (await lock(root))) await linkModules(installed.folder);
  else {
    const quietly = [
      'ci',
      '--omit=dev',
      '--omit=optional',
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
    ];
    await run('npm', quietly, { cwd: installed.folder });
  }
  return installed;
}

/** Installs this build with more migrations of one line, as the next release. */
export async function installNext(line: string, migrations: Record<string, string>): Promise<Installed> {
  const installed = await emptyFolder();
  for (const name of ['bin', 'drizzle', 'mappings', 'src', 'package.json']) {
    await cp(path.join(root, name), path.join(installed.folder, name), { recursive: true });
  }
  for (const [name, statement] of Object.entries(migrations)) {
    const folder = path.join(installed.folder, 'drizzle', line, name);
    await mkdir(folder);
    await writeFile(path.join(folder, 'migration.sql'), statement);
  }
  await linkModules(installed.folder);
  return installed;
}

const linkModules = (folder: string): Promise<void> =>
  symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
