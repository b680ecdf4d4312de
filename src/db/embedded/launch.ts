import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../lib/errors.ts';
import { poll } from '../../lib/poll.ts';
import { type Account, environment, idsOf } from './account.ts';
import type { Home } from './home.ts';
import { findPostmaster, type Postmaster, replaceReusedPid } from './postmaster.ts';

export type Settings = Readonly<Record<string, string | number>>;

const readyWithinMs = 60_000;
const attempts = 20;
const retryMs = 250;
/** Errors that pass by themselves: another program took the port first, or processes of a killed server still run. */
const transient = /could not bind|Address already in use|shared memory block|lock file/;

const defaults: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '128MB',
  // Dropping or provisioning a schema locks each of its objects until the commit.
  max_locks_per_transaction: 256,
  timezone: 'UTC',
  log_timezone: 'UTC',
  // After a crash, one `syncfs` replaces an `fsync` of every file of every tenant.
  ...(process.platform === 'linux' && { recovery_init_sync_method: 'syncfs' }),
};

/**
 * Starts PostgreSQL on the cluster, on `port` or any free port, and waits until it accepts connections. If this process
 * is killed, the server keeps running. Throws UNAVAILABLE with the last lines of its log if it does not start.
 */
export async function launch(home: Home, binaries: string, settings: Settings, port?: number): Promise<Postmaster> {
  await replaceReusedPid(home.cluster);
  for (let attempt = 1; ; attempt++) {
    const all = { ...defaults, ...settings, port: port ?? (await freePort()) };
    const outcome = await startOnce(home, path.join(binaries, 'bin', 'postgres'), all);
    if (typeof outcome !== 'string') return outcome;
    if (attempt === attempts || !transient.test(outcome)) {
      throw new AppError('UNAVAILABLE', `The embedded PostgreSQL in ${home.folder} does not start: ${outcome}`);
    }
    await delay(retryMs);
  }
}

/** The running server, or why there is none. */
async function startOnce({ folder, cluster, account }: Home, program: string, settings: Settings) {
  const logFile = path.join(folder, 'postgres.log');
  const failure = await spawnServer(program, cluster, settings, logFile, account);
  const started = async () => {
    if (failure()) return `${failure()}; ${await lastLines(logFile)}`;
    const postmaster = await findPostmaster(cluster);
    return postmaster?.ready ? postmaster : undefined;
  };
  return (await poll(started, readyWithinMs)) ?? `it is not ready yet; ${await lastLines(logFile)}`;
}

/** Returns a function that says why the process ended; undefined while it runs. */
async function spawnServer(program: string, cluster: string, settings: Settings, logFile: string, account?: Account) {
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  await using log = await open(logFile, 'w', 0o600);
  // A session of its own: Ctrl+C in our terminal must not stop the database before us.
  const child = spawn(program, ['-D', cluster, ...args], {
    ...idsOf(account),
    cwd: '/',
    env: environment,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure ??= `it ended with ${signal ?? `code ${code}`}`;
  });
  child.unref();
  return () => failure;
}

const lastLines = async (file: string) => (await readFile(file, 'utf8')).trim().split('\n').slice(-5).join('; ');

/** A port that is free now; another program may still take it first. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
