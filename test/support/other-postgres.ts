import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../src/db/embedded/account.ts';
import { usableBinaries } from '../../src/db/embedded/binaries.ts';
import { openHome } from '../../src/db/embedded/home.ts';
import { launch } from '../../src/db/embedded/launch.ts';
import { stopPostmaster } from '../../src/db/embedded/postmaster.ts';

/** An installed PostgreSQL of another major version than the embedded one. */
export interface OtherPostgres {
  version: number;
  /** The folder with its `bin`. */
  binaries: string;
  /** Whether it came with npm, which leaves links out. */
  isPackage: boolean;
}

/** Those of npm, and those where Debian's packages put them. */
export function otherPostgres(): OtherPostgres[] {
  return [15, 16, 17].flatMap((version): OtherPostgres[] => {
    const ofDebian = `/usr/lib/postgresql/${version}`;
    const ofNpm = packaged(`postgres-${version}-linux-x64`);
    if (ofNpm !== undefined) return [{ version, binaries: ofNpm, isPackage: true }];
    return existsSync(path.join(ofDebian, 'bin', 'initdb')) ? [{ version, binaries: ofDebian, isPackage: false }] : [];
  });
}

function packaged(name: string): string | undefined {
  try {
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    return undefined;
  }
}

const superuser = 'postgres';
const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: 60 };

/** Makes a server of that version and starts it; gives a superuser's address. */
export async function startOther({ binaries, isPackage }: OtherPostgres): Promise<{ url: string } & AsyncDisposable> {
  const dir = await mkdtemp(path.join(tmpdir(), 'chantier-other-'));
  // As root the server runs under another account, which must be able to pass.
  await chmod(dir, 0o711);
  const home = await openHome(path.join(dir, 'data'));
  const { cluster, folder, account, password } = home;
  const usable = isPackage ? await usableBinaries(binaries, folder, account) : binaries;
  const passwordFile = path.join(folder, 'password.new');
  await mkdir(cluster, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) await Promise.all([cluster, passwordFile].map((file) => chown(file, account.uid, account.gid)));
  const files = [`--pgdata=${cluster}`, `--pwfile=${passwordFile}`, '--no-sync', '--no-instructions'];
  const how = ['--encoding=UTF8', '--locale=C.UTF-8', `--username=${superuser}`, '--auth=scram-sha-256'];
  const { ok, output } = await run(path.join(usable, 'bin', 'initdb'), [...files, ...how], account);
  if (!ok) throw new Error(`initdb: ${output}`);
  const { port } = await launch(home, usable, settings);
  return {
    url: `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`,
    async [Symbol.asyncDispose]() {
      await stopPostmaster(cluster);
      await rm(dir, { recursive: true, force: true });
      if (!folder.startsWith(dir)) await rm(folder, { recursive: true, force: true });
    },
  };
}
