import { appendFile, chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../src/db/embedded.ts';
import { copyServer } from './empty-server.ts';
import { fillDataDir } from './fill-data-dir.ts';

/** Two PostgreSQL servers, of which the second follows the first by streaming replication. */
export interface Replicated extends AsyncDisposable {
  /** Superusers' addresses of the same database. */
  primaryUrl: string;
  replicaUrl: string;
  stopReplica(): Promise<void>;
  startReplica(): Promise<void>;
}

const settings = { fsync: 'off', full_page_writes: 'off', max_connections: 100 };

/** Makes a server, copies its data while it is stopped, and starts the copy as its standby. */
export async function startReplicated(): Promise<Replicated> {
  const dir = await mkdtemp(path.join(tmpdir(), 'chantier-replica-'));
  // As root the servers run under another account, which must be able to pass.
  await chmod(dir, 0o711);
  const [first, second] = [path.join(dir, 'primary'), path.join(dir, 'standby')] as const;
  await fillDataDir(first);
  const made = await startEmbedded({ dataDir: first, settings });
  await made.stop();
  await copyServer(first, second);
  const primary = await startEmbedded({ dataDir: first, settings });
  await follow(path.join(second, 'postgres', 'cluster'), primary.url);
  let standby = await startEmbedded({ dataDir: second, settings });
  const { port } = standby;
  return {
    primaryUrl: primary.url,
    replicaUrl: standby.url,
    stopReplica: () => standby.stop(),
    async startReplica() {
      standby = await startEmbedded({ dataDir: second, settings, port });
    },
    async [Symbol.asyncDispose]() {
      await standby.stop();
      await primary.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** What docs/scaling.md says to put into a standby's folder. */
async function follow(cluster: string, primaryUrl: string): Promise<void> {
  const { hostname, port, username, password } = new URL(primaryUrl);
  const signal = path.join(cluster, 'standby.signal');
  await writeFile(signal, '');
  const { uid, gid } = await stat(path.join(cluster, 'PG_VERSION'));
  await chown(signal, uid, gid);
  await appendFile(
    path.join(cluster, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${password}'\n`,
  );
}
