import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;

/** Installs the peer's packages on first use, at the versions of the lock file. False when that does not succeed. */
export function ensurePeer(): boolean {
  if (existsSync(path.join(here, 'node_modules/postgraphile/package.json'))) return true;
  const { status } = spawnSync('npm', ['ci', '--prefix', here, '--ignore-scripts'], { stdio: 'inherit' });
  return status === 0;
}
