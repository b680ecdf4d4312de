import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installedBinaries } from '../../src/db/embedded/binaries.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import type { Answer, Order } from './embedded-user.ts';

/** As root the server's account cannot reach a closed folder; all others may run it where they are. */
const isRoot = process.getuid?.() === 0;
const nobody = 65534;

describe('embedded PostgreSQL', () => {
  let dir: string;
  const users: ChildProcess[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'chantier-embedded-'));
    await chmod(dir, 0o755);
  });
  afterEach(async () => {
    for (const user of users.splice(0)) await end(user);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  type Use = Awaited<ReturnType<typeof use>>;

  /** Starts a process that uses the server of a data directory. */
  async function use(order: Order) {
    const child = fork(path.join(import.meta.dirname, 'embedded-user.ts'), { cwd: '/' });
    child.send(order);
    const [answer] = (await once(child, 'message')) as [Answer];
    if ('message' in answer) throw new Error(answer.message);
    users.push(child);
    return { child, server: answer };
  }

  it('starts, keeps its data, stops and starts again', async () => {
    const dataDir = path.join(dir, 'again');
    const first = await startEmbedded({ dataDir });
    expect(first.reused).toBe(false);
    await run(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    await expect(run(first.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    await using second = await startEmbedded({ dataDir });
    expect(second.reused).toBe(false);
    expect(await run(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('is set up for many schemas, the same on every machine, and listens on the loopback address alone', async () => {
    await using server = await startEmbedded({ dataDir: path.join(dir, 'settings'), settings: { fsync: 'off' } });
    const [settings] = await run(
      server.url,
      `SELECT current_setting('max_locks_per_transaction') AS locks, current_setting('listen_addresses') AS listens,
         current_setting('unix_socket_directories') AS sockets, current_setting('fsync') AS fsync,
         current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS zone,
         (SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = current_database()) AS locale`,
    );
    expect(settings).toEqual({
      locks: '256',
      listens: '127.0.0.1',
      sockets: '',
      fsync: 'off',
      encoding: 'UTF8',
      zone: 'UTC',
      locale: 'b C.UTF-8',
    });
  });

  it('requires the password, which only its owner can read', async () => {
    const dataDir = path.join(dir, 'password');
    await using server = await startEmbedded({ dataDir });
    const { username, password, port } = new URL(server.url);
    await expect(run(`postgres://${username}@127.0.0.1:${port}/postgres`, 'SELECT 1')).rejects.toThrow(/password/);
    await expect(run(`postgres://${username}:x@127.0.0.1:${port}/postgres`, 'SELECT 1')).rejects.toThrow(/password/);
    const file = path.join(dataDir, 'postgres-password');
    expect(await readFile(file, 'utf8')).toBe(password);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('serves several processes, started in turn or at once, and stops with the last', async () => {
    const dataDir = path.join(dir, 'shared');
    const all = await Promise.all([use({ dataDir }), use({ dataDir }), use({ dataDir })]);
    expect(all.map(({ server }) => server.reused).sort()).toEqual([false, true, true]);
    expect(new Set(all.map(({ server }) => server.url)).size).toBe(1);
    const [{ server, child: first }, { child: second }, { child: third }] = all as [Use, Use, Use];
    await end(first);
    await end(third);
    expect(await run(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await end(second);
    await expect(run(server.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('is reused if the process that started it was killed, and then stops with its next user', async () => {
    const dataDir = path.join(dir, 'orphan');
    const { child, server } = await use({ dataDir });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await run(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const next = await startEmbedded({ dataDir });
    expect(next).toMatchObject({ reused: true, pid: server.pid, url: server.url });
    await next.stop();
    await expect(run(server.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('outlives a killed process while another uses it', async () => {
    const dataDir = path.join(dir, 'survivor');
    await using server = await startEmbedded({ dataDir });
    const { child } = await use({ dataDir });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await startEmbedded({ dataDir })).stop();
    expect(await run(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts after it was killed itself, even when its process id now belongs to another program', async () => {
    const dataDir = path.join(dir, 'stale');
    const server = await startEmbedded({ dataDir });
    await run(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    const file = path.join(server.folder, 'cluster', 'postmaster.pid');
    const [, ...rest] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, [process.ppid, ...rest].join('\n'));
    await using next = await startEmbedded({ dataDir });
    expect(next.reused).toBe(false);
    expect(await run(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('runs side by side with the server of another data directory', async () => {
    await using one = await startEmbedded({ dataDir: path.join(dir, 'one') });
    await using two = await startEmbedded({ dataDir: path.join(dir, 'two') });
    expect(one.port).not.toBe(two.port);
    await run(one.url, 'CREATE TABLE only_here (id int)');
    expect(await run(two.url, `SELECT to_regclass('only_here') AS found`)).toEqual([{ found: null }]);
  });

  it('starts in a folder that is closed to all other accounts', async () => {
    const closed = path.join(dir, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const binaries = await copyOfBinaries(closed);
    const server = await startEmbedded({ dataDir: path.join(closed, 'data'), binaries });
    try {
      expect(await run(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(server.folder.startsWith(closed)).toBe(!isRoot);
      await using again = await startEmbedded({ dataDir: path.join(closed, 'data'), binaries });
      expect(again.reused).toBe(true);
    } finally {
      await server.stop();
      await rm(server.folder, { recursive: true });
    }
  });

  it('runs as a user who is not root, from binaries without links in a folder that cannot be written', async () => {
    const home = path.join(dir, 'plain');
    await mkdir(home);
    const binaries = await copyOfBinaries(home);
    await chmod(path.join(binaries, 'lib'), 0o555);
    if (isRoot) await chown(home, nobody, nobody);
    const { server } = await use({ dataDir: path.join(home, 'data'), binaries, ...(isRoot && { uid: nobody }) });
    expect(server.folder).toBe(path.join(home, 'data', 'postgres'));
    expect((await stat(path.join(server.folder, 'cluster'))).uid).toBe(isRoot ? nobody : process.getuid?.());
    expect(await readdir(server.folder)).toContainEqual(expect.stringMatching(/^binaries-/));
    await chmod(path.join(binaries, 'lib'), 0o755);
  });

  it('says in one sentence why it cannot start', async () => {
    await writeFile(path.join(dir, 'file'), '');
    await expect(startEmbedded({ dataDir: path.join(dir, 'file', 'data') })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/cannot be used by this account/),
    });
    await expect(
      startEmbedded({ dataDir: path.join(dir, 'broken'), settings: { no_such_setting: 1 } }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(/no_such_setting/) });
  });

  it('rejects the data of another version', async () => {
    const dataDir = path.join(dir, 'older');
    const server = await startEmbedded({ dataDir });
    await server.stop();
    await writeFile(path.join(server.folder, 'cluster', 'PG_VERSION'), '15\n');
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/PostgreSQL 15/),
    });
  });
});

/** Runs one statement on a connection of its own. */
async function run(url: string, statement: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end();
  }
}

/** The installed binaries as npm leaves them when it skips install scripts: without symbolic links. */
async function copyOfBinaries(folder: string): Promise<string> {
  const source = path.dirname(installedBinaries());
  const target = path.join(folder, 'package');
  const wanted = async (file: string) => !file.endsWith('.a') && !(await lstat(file)).isSymbolicLink();
  await cp(source, target, { recursive: true, filter: wanted });
  await promisify(execFile)('chmod', ['-R', 'a+rX', target]);
  return path.join(target, 'native');
}

async function end(child: ChildProcess): Promise<void> {
  if (!child.connected) return;
  child.send('stop');
  await once(child, 'exit');
}
