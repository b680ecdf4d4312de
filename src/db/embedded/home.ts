import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, readIfExists, readOrCreateSecret, writeOnce } from '../../lib/data-dir.ts';
import { AppError } from '../../lib/errors.ts';
import { type Account, canReach, serverAccount } from './account.ts';

/** Where clusters are created if we run as root and PostgreSQL's account cannot enter the data directory. */
const elsewhere = '/var/lib/chantier';

/** The folders of one embedded server. */
export interface Home {
  folder: string;
  /** PostgreSQL's own data directory, inside the folder. */
  cluster: string;
  account: Account | undefined;
  password: string;
}

/**
 * Finds or creates the server's folders. They are inside the data directory, unless we are root and the account that
 * PostgreSQL must run as cannot reach it; then a pointer file in it names another folder.
 */
export async function openHome(dataDir: string): Promise<Home> {
  const dir = await makeFolder(dataDir);
  const pointer = path.join(dir, 'postgres-folder');
  const inside = path.join(dir, 'postgres');
  const folder = (await readIfExists(pointer)) ?? (await makeInside(inside)) ?? (await makeElsewhere(pointer));
  const cluster = path.join(folder, 'cluster');
  return {
    folder,
    cluster,
    account: await serverAccount(cluster),
    password: await readOrCreateSecret(dir, 'postgres-password'),
  };
}

async function makeInside(folder: string): Promise<string | undefined> {
  await makeFolder(folder);
  const cluster = path.join(folder, 'cluster');
  const account = await serverAccount(cluster);
  if (account === undefined || (await canReach(account, folder))) return folder;
  if (!(await stat(cluster).catch(() => undefined))) {
    await rm(folder, { recursive: true });
    return undefined;
  }
  const message = `PostgreSQL runs as ${account.name}, which can no longer reach its data in ${cluster}: open the folders above it to that account`;
  throw new AppError('CONFIG_INVALID', `${message}, or run as its owner`);
}

async function makeElsewhere(pointer: string): Promise<string> {
  const folder = await writeOnce(pointer, path.join(elsewhere, randomBytes(6).toString('hex')));
  await makeFolder(elsewhere);
  return makeFolder(folder);
}
