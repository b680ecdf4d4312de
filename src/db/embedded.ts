import path from 'node:path';
import postgres from 'postgres';
import { AppError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { poll } from '../lib/poll.ts';
import { installedBinaries, usableBinaries } from './embedded/binaries.ts';
import { ensureCluster, superuser } from './embedded/create-cluster.ts';
import { isHeld, lock, tryShare } from './embedded/file-lock.ts';
import { type Home, openHome } from './embedded/home.ts';
import { launch, type Settings } from './embedded/launch.ts';
import { findPostmaster, type Postmaster, stopPostmaster } from './embedded/postmaster.ts';

export interface EmbeddedOptions {
  /** Folder of the installation's own files; created if absent. */
  dataDir: string;
  /** Port for a server that is not running yet; any free port if absent. */
  port?: number;
  /** PostgreSQL settings for a server that is not running yet; they override the defaults. */
  settings?: Settings;
  /** Folder with `bin`, `lib` and `share` of PostgreSQL 18; the one installed by npm if absent. */
  binaries?: string;
  logger?: Logger;
}

const database = 'chantier';
const lockWithinMs = 120_000;
const readyWithinMs = 60_000;

/**
 * Uses the PostgreSQL 18 server whose data is in `dataDir`, and starts it if it is not running. Any number of processes
 * may do so at once; the last one to stop using it stops the server, and a killed process no longer counts. A server
 * that a killed process left behind is used again. The server listens on the loopback address only and requires a
 * password.
 *
 * Throws CONFIG_INVALID for a wrong configuration, UNAVAILABLE for a failure.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  if (process.platform === 'win32') {
    throw new AppError('CONFIG_INVALID', 'There is no embedded PostgreSQL for Windows: set DATABASE_URL');
  }
  const dataDir = path.resolve(options.dataDir);
  try {
    const home = await openHome(dataDir);
    using _lock = await lock(lockFile(home), lockWithinMs);
    return await enter(home, options);
  } catch (error) {
    throw asAppError(error, dataDir);
  }
}

/** One process's use of an embedded server. */
export class EmbeddedServer implements AsyncDisposable {
  /** Superuser's URL of the program's database: for the bootstrap, not for tenants' statements. */
  readonly url: string;
  readonly port: number;
  /** Process id of the server. */
  readonly pid: number;
  /** The folder of the server's data, log and locks. */
  readonly folder: string;
  /** Whether the server was already running. */
  readonly reused: boolean;
  readonly #home: Home;
  readonly #use: Disposable;
  #stopped: Promise<void> | undefined;

  constructor(home: Home, { port, pid }: Postmaster, use: Disposable, reused: boolean) {
    this.#home = home;
    this.#use = use;
    this.port = port;
    this.pid = pid;
    this.folder = home.folder;
    this.reused = reused;
    this.url = this.urlOf(database);
  }

  /** The superuser's URL of any database in the cluster. */
  urlOf(name: string): string {
    return addressOf(this.#home, this.port, name);
  }

  /** Stops using the server, and stops it if no other process uses it. Close this process's connections first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#leave();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #leave(): Promise<void> {
    using _lock = await lock(lockFile(this.#home), lockWithinMs);
    await leave(this.#home, this.#use);
  }
}

const lockFile = ({ folder }: Home) => path.join(folder, 'lock');
const usersFile = ({ folder }: Home) => path.join(folder, 'users');

/** Entering and leaving hold the same lock, so that no process enters while the last one is stopping the server. */
async function enter(home: Home, options: EmbeddedOptions): Promise<EmbeddedServer> {
  const use = tryShare(usersFile(home));
  if (!use) throw new AppError('UNAVAILABLE', `${usersFile(home)} is locked by another program`);
  try {
    const { postmaster, reused } = await findOrLaunch(home, options);
    await ensureDatabase(home, postmaster.port);
    options.logger?.debug({ port: postmaster.port, pid: postmaster.pid, reused }, 'embedded PostgreSQL is ready');
    return new EmbeddedServer(home, postmaster, use, reused);
  } catch (error) {
    await leave(home, use);
    throw error;
  }
}

async function leave(home: Home, use: Disposable): Promise<void> {
  use[Symbol.dispose]();
  if (!isHeld(usersFile(home))) await stopPostmaster(home.cluster);
}

async function findOrLaunch(home: Home, { binaries, settings = {}, port }: EmbeddedOptions) {
  if (await findPostmaster(home.cluster)) {
    const postmaster = await poll(() => readyOrGone(home.cluster), readyWithinMs);
    if (postmaster === undefined) throw new AppError('UNAVAILABLE', `PostgreSQL in ${home.folder} is still starting`);
    if (postmaster !== 'gone') return { postmaster, reused: true };
  }
  const usable = await usableBinaries(binaries ?? installedBinaries(), home.folder, home.account);
  await ensureCluster(home, usable);
  return { postmaster: await launch(home, usable, settings, port), reused: false };
}

async function readyOrGone(cluster: string): Promise<Postmaster | 'gone' | undefined> {
  const postmaster = await findPostmaster(cluster);
  if (postmaster === undefined) return 'gone';
  return postmaster.ready ? postmaster : undefined;
}

/** Creates the program's database. This also proves that the server on the port knows our password. */
async function ensureDatabase(home: Home, port: number): Promise<void> {
  const sql = postgres(addressOf(home, port, 'postgres'), { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    const [found] = await sql`SELECT FROM pg_database WHERE datname = ${database}`;
    if (!found) await sql`CREATE DATABASE ${sql(database)}`;
  } finally {
    await sql.end();
  }
}

const addressOf = ({ password }: Home, port: number, name: string) =>
  `postgres://${superuser}:${password}@127.0.0.1:${port}/${name}`;

/** Errors here come from the machine: a folder of another user, a full disk, a lost password file. */
function asAppError(error: unknown, dataDir: string): AppError {
  if (error instanceof AppError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const denied = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(code ?? '');
  const text = denied
    ? `The embedded PostgreSQL in ${dataDir} cannot be used by this account (${message}): set DATA_DIR or DATABASE_URL`
    : `The embedded PostgreSQL in ${dataDir} cannot be used: ${message}`;
  return new AppError(denied ? 'CONFIG_INVALID' : 'UNAVAILABLE', text, {}, { cause: error });
}
