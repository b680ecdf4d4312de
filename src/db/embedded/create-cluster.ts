import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readIfExists } from '../../lib/data-dir.ts';
import { AppError } from '../../lib/errors.ts';
import { run } from './account.ts';
import type { Home } from './home.ts';

export const superuser = 'postgres';
const majorVersion = '18';

// Builtin C.UTF-8 sorts the same on every machine; queries sort names for people with ICU.
const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
// Other users of the machine can reach the loopback port too, so it needs a password.
const access = [`--username=${superuser}`, '--auth=scram-sha-256'];

/**
 * Creates the cluster unless it exists: in a draft folder that is renamed when complete, so that an interrupted start
 * leaves no partial cluster. Throws CONFIG_INVALID for a cluster of another version, UNAVAILABLE if it cannot be
 * created.
 */
export async function ensureCluster({ folder, cluster, account, password }: Home, binaries: string): Promise<void> {
  const version = (await readIfExists(path.join(cluster, 'PG_VERSION')))?.trim();
  if (version === majorVersion) return;
  if (version !== undefined) {
    throw new AppError('CONFIG_INVALID', `${cluster} was made by PostgreSQL ${version}, but this is ${majorVersion}`);
  }
  const draft = path.join(folder, 'cluster.new');
  const passwordFile = path.join(folder, 'password.new');
  await rm(draft, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account) await Promise.all([draft, passwordFile].map((file) => chown(file, account.uid, account.gid)));
    const files = [`--pgdata=${draft}`, `--pwfile=${passwordFile}`, '--no-sync', '--no-instructions'];
    const { ok, output } = await run(path.join(binaries, 'bin', 'initdb'), [...files, ...locale, ...access], account);
    if (!ok)
      throw new AppError('UNAVAILABLE', `The embedded PostgreSQL could not create its data in ${folder}: ${output}`);
    await rename(draft, cluster);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}
