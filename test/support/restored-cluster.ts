import { execFile } from 'node:child_process';
import { appendFile, chmod, chown, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/db/embedded.ts';
import { fillDataDir } from './fill-data-dir.ts';

const run = promisify(execFile);

/** A PostgreSQL server that archives its WAL, and copies of it as they were at a moment. */
export interface ArchivingServer extends AsyncDisposable {
  readonly url: string;
  /** Makes the base backup that `restoredTo` starts from. */
  makeBaseBackup(): Promise<void>;
  /** Restores the base backup to a moment, with these lines of `postgresql.auto.conf`, and starts it. */
  restoredTo(lines: (wal: string) => string): Promise<{ url: string } & AsyncDisposable>;
}

const settings = { max_connections: 60, fsync: 'off' };

export async function startArchivingServer(): Promise<ArchivingServer> {
  const dir = await mkdtemp(path.join(tmpdir(), 'chantier-wal-'));
  // As root the servers run under another account, which must be able to pass
  await chmod(dir, 0o711);
  const [wal, origin, base] = ['wal', 'origin', 'base'].map((name) => path.join(dir, name)) as [string, string, string];
  await mkdir(wal);
  await chmod(wal, 0o777);
  await fillDataDir(origin);
  const archiving = { archive_mode: 'on', archive_command: `cp %p ${wal}/%f`, wal_level: 'replica' };
  const server = await startEmbedded({ dataDir: origin, settings: { ...settings, ...archiving } });
  return {
    url: server.url,
    makeBaseBackup: () => makeBaseBackup(server, origin, base),
    async restoredTo(lines) {
      await archiveAll(server);
      const cluster = path.join(base, 'postgres', 'cluster');
      const { uid, gid } = await stat(path.join(cluster, 'PG_VERSION'));
      const signal = path.join(cluster, 'recovery.signal');
      await writeFile(signal, '');
      await chown(signal, uid, gid);
      await appendFile(path.join(cluster, 'postgresql.auto.conf'), lines(wal));
      const restored = await startEmbedded({ dataDir: base, settings });
      return { url: restored.url, [Symbol.asyncDispose]: () => restored.stop() };
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** By PostgreSQL's own functions, which `pg_basebackup` uses too: its files while they change, and a label. */
async function makeBaseBackup({ url }: EmbeddedServer, origin: string, base: string): Promise<void> {
  await using admin = new Admin({ url });
  await admin.run(`select pg_backup_start('test', fast => true)`);
  await run('cp', ['-a', origin, base]);
  const [done] = await admin.run<{ labelfile: string }>('select labelfile from pg_backup_stop()');
  const cluster = path.join(base, 'postgres', 'cluster');
  const { uid, gid } = await stat(path.join(cluster, 'PG_VERSION'));
  const label = path.join(cluster, 'backup_label');
  await writeFile(label, done!.labelfile);
  await chown(label, uid, gid);
  await rm(path.join(cluster, 'postmaster.pid'), { force: true });
  await rm(path.join(cluster, 'pg_wal'), { recursive: true });
  await mkdir(path.join(cluster, 'pg_wal'), { mode: 0o700 });
  await chown(path.join(cluster, 'pg_wal'), uid, gid);
}

/** Waits until the WAL of everything so far is in the archive. */
async function archiveAll({ url }: EmbeddedServer): Promise<void> {
  await using admin = new Admin({ url });
  const [switched] = await admin.run<{ file: string }>('select pg_walfile_name(pg_switch_wal()) as file');
  const last = async () =>
    (await admin.run<{ file: string | null }>('select last_archived_wal as file from pg_stat_archiver'))[0]!.file ?? '';
  await expect.poll(last).toBeOneOf([switched!.file]);
}
