import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;

/**
 * Installs the packages of the peer and of other drivers on first use, at the versions of the lock file. False when
 * that does not succeed.
 */
export function ensurePeer(): boolean {
  const isInstalled = (name: string) => existsSync(path.join(here, `node_modules/${name}/package.json`));
  if (['postgraphile', 'pg', 'pg-protocol'].every(isInstalled)) return true;
  const { status } = spawnSync('npm', ['ci', '--prefix', here, '--ignore-scripts'], { stdio: 'inherit' });
  return status === 0;
}
