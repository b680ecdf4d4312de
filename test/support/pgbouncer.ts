import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { idsOf, serverAccount } from '../../src/db/embedded/account.ts';
import { poll } from '../../src/lib/poll.ts';
import { freePort } from './free-port.ts';
import { root } from './sources.ts';

/** A pgbouncer in transaction mode in front of a server. */
export interface Pgbouncer extends AsyncDisposable {
  port: number;
  /** The same address through the pooler. */
  through(url: string): string;
}

const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];

/** The program, where one is installed. */
export const pgbouncerBinary: string | undefined = folders
  .map((folder) => path.join(folder, 'pgbouncer'))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** The configuration that docs/scaling.md shows, with the places of a test. */
function configuration(server: URL, port: number, dir: string, more: Record<string, string>): string {
  const shown = /```ini\n(.*?)```/s.exec(readFileSync(path.join(root, 'docs/scaling.md'), 'utf8'))![1]!;
  const own = {
    listen_port: String(port),
    auth_file: path.join(dir, 'userlist.txt'),
    // Tests make databases and logins all the time
    auth_user: server.username,
    unix_socket_dir: '',
    ...more,
  };
  const kept = shown
    .replace('host=127.0.0.1 port=5432', `host=${server.hostname} port=${server.port}`)
    .split('\n')
    .filter((line) => !Object.keys(own).some((name) => line.startsWith(`${name} =`)));
  return [...kept, ...Object.entries(own).map(([name, value]) => `${name} = ${value}`), ''].join('\n');
}

/** Starts the installed pgbouncer in front of the server of a superuser's address. */
export async function startPgbouncer(adminUrl: string, more: Record<string, string> = {}): Promise<Pgbouncer> {
  const server = new URL(adminUrl);
  const port = await freePort();
  const dir = await mkdtemp(path.join(tmpdir(), 'chantier-pgbouncer-'));
  await chmod(dir, 0o711);
  // As root it refuses to run
  const account = await serverAccount(dir);
  const files = {
    'pgbouncer.ini': configuration(server, port, dir, more),
    'userlist.txt': `"${server.username}" "${decodeURIComponent(server.password)}"\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dir, name);
    await writeFile(file, text, { mode: 0o600 });
    if (account) chownSync(file, account.uid, account.gid);
  }
  const child = spawn(pgbouncerBinary!, ['-q', path.join(dir, 'pgbouncer.ini')], {
    ...idsOf(account),
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const answers = await poll(async () => (child.exitCode === null ? await accepts(port) : false), 10_000);
  if (!answers) throw new Error('pgbouncer does not start');
  return {
    port,
    through(url) {
      const routed = new URL(url);
      routed.port = String(port);
      return routed.href;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      if (child.exitCode === null) setTimeout(() => child.kill('SIGKILL'), 2_000).unref();
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const accepts = (port: number): Promise<true | undefined> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
