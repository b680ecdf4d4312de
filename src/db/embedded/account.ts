import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../lib/errors.ts';

/** The system account that PostgreSQL runs as, because it refuses to run as root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

export interface Outcome {
  ok: boolean;
  output: string;
}

const candidates = ['postgres', '_postgres', 'nobody'];

/** Minimal, so that neither PGDATA nor translated messages affect PostgreSQL's programs. */
export const environment = { LC_ALL: 'C' };

/**
 * The account to run PostgreSQL as; undefined for our own. Only root has a choice: the owner of the cluster if it
 * exists, otherwise `postgres` or `nobody`.
 */
export async function serverAccount(cluster: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  if (owner && owner.uid !== 0) return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const candidate of candidates) {
    const [name, , uid, gid] = accounts.find(([account]) => account === candidate) ?? [];
    if (name && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new AppError(
    'CONFIG_INVALID',
    `PostgreSQL cannot run as root and this machine has none of the accounts ${candidates.join(', ')}: run as another user or set DATABASE_URL`,
  );
}

/** Runs a program as an account until it exits. Never throws: a failure to start is reported in the outcome. */
export function run(program: string, args: readonly string[], account?: Account): Promise<Outcome> {
  const options = { ...idsOf(account), cwd: '/', env: environment, timeout: 120_000 };
  return new Promise((resolve) => {
    try {
      execFile(program, args, options, (error, stdout, stderr) => {
        resolve({ ok: error === null, output: `${stdout}${stderr}`.trim() || (error?.message ?? '') });
      });
    } catch (error) {
      resolve({ ok: false, output: (error as Error).message });
    }
  });
}

/** Whether an account can enter a folder, through all of its parent folders. */
export async function canReach(account: Account | undefined, folder: string): Promise<boolean> {
  return (await run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], account)).ok;
}

export const idsOf = (account?: Account): { uid?: number; gid?: number } =>
  account ? { uid: account.uid, gid: account.gid } : {};
