import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../src/db/embedded.ts';
import { createDatabaseOn, type TestDatabase } from './create-database.ts';
import { fillDataDir } from './fill-data-dir.ts';

/**
 * A second PostgreSQL server, beside the one of the run: with a folder, a port, roles and transaction ids of its own.
 */
export interface SecondServer extends AsyncDisposable {
  /** A superuser's address of a database on it. */
  readonly adminUrl: string;
  /** The environment that lets a server of the product reach it. */
  readonly env: Record<string, string>;
  createDatabase(): Promise<TestDatabase>;
  /** Ends it as an operator would, or as a crash does; its data stays. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
}

/**
 * Without fsync: what is tested are crashes of processes, not of machines. A commit that was answered survives those.
 */
const settings = { fsync: 'off', full_page_writes: 'off', max_connections: 100 };

export async function startSecondServer(): Promise<SecondServer> {
  const dir = await mkdtemp(path.join(tmpdir(), 'chantier-second-'));
  // As root the server runs under another account, which must be able to pass.
  await chmod(dir, 0o711);
  const dataDir = path.join(dir, 'data');
  await fillDataDir(dataDir);
  let server = await startEmbedded({ dataDir, settings });
  const { url, port } = server;
  return {
    adminUrl: url,
    env: {
      DATABASE_HOSTS_ALLOWED: '127.0.0.1',
      DATABASE_HOSTS_WITHOUT_TLS: '127.0.0.1',
      ENABLE_MULTI_DATABASE: 'true',
    },
    async createDatabase() {
      const database = await createDatabaseOn(url);
      const reached = new URL(database.url);
      reached.searchParams.set('sslmode', 'disable');
      return { ...database, url: reached.href };
    },
    async stop(how = 'fast') {
      if (how === 'immediate') process.kill(server.pid, 'SIGQUIT');
      await server.stop();
    },
    async start() {
      server = await startEmbedded({ dataDir, settings, port });
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
