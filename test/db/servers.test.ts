import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { canonicalUrl } from '../../src/db/database-address.ts';
import { createDatabase } from '../support/database.ts';

const database = await createDatabase();
afterAll(() => database.drop());

const { username, password, hostname, port } = new URL(database.url);

/** An address of the database with other servers in it. */
const at = (hosts: string, query = '') =>
  canonicalUrl(`postgres://${username}:${password}@${hosts}/${database.name}${query}`)!;

async function reach(url: string): Promise<unknown> {
  await using admin = new Admin({ url, connectMs: 5_000 });
  const [row] = await admin.run<{ name: string }>('select current_database()::text as name');
  return row?.name;
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}

describe('an address with several servers', () => {
  it('leads to the first that takes connections', async () => {
    const dead = `127.0.0.1:${await closedPort()}`;
    expect(await reach(at(`${dead},${hostname}:${port}`))).toBe(database.name);
    expect(await reach(at(`${hostname}:${port},${dead}`))).toBe(database.name);
    await expect(reach(at(`${dead},${dead}`))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('asks no other server when one refuses the login', async () => {
    let asked = 0;
    const other = createServer(() => void asked++);
    await once(other.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void other.close());
    const url = at(`${hostname}:${port},127.0.0.1:${(other.address() as AddressInfo).port}`);
    await expect(reach(url.replace(password, 'wrong'))).rejects.toMatchObject({ code: '28P01' });
    expect(asked).toBe(0);
  });
});

describe('target_session_attrs', () => {
  const wanted = (attrs: string) => reach(at(`${hostname}:${port}`, `?target_session_attrs=${attrs}`));
  const unsuited = { code: 'UNAVAILABLE' };

  it('takes a server that is as wanted, and no other', async () => {
    for (const attrs of ['any', 'read-write', 'primary', 'prefer-standby']) {
      expect([attrs, await wanted(attrs)]).toEqual([attrs, database.name]);
    }
    for (const attrs of ['read-only', 'standby']) await expect(wanted(attrs)).rejects.toMatchObject(unsuited);
    await using admin = new Admin({ url: database.url });
    await admin.run(`alter database ${database.name} set default_transaction_read_only = on`);
    expect(await wanted('read-only')).toBe(database.name);
    await expect(wanted('read-write')).rejects.toMatchObject(unsuited);
  });
});

describe('a Unix socket', () => {
  it('is named by its folder, in the place of the host or as a parameter', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'chantier-socket-'));
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    await once(server.listen(path.join(folder, '.s.PGSQL.6000')), 'listening');
    onTestFinished(async () => {
      server.close();
      await rm(folder, { recursive: true });
    });
    expect(await reach(at(`${encodeURIComponent(folder)}:6000`))).toBe(database.name);
    expect(await reach(at('', `?host=${encodeURIComponent(folder)}&port=6000&sslmode=require`))).toBe(database.name);
  });
});
