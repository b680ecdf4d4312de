import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Slot } from '../../src/db/slot.ts';
import { connectSocket, secureSocket } from '../../src/db/socket.ts';
import { certificates } from './certificates.ts';

const trusted = getCACertificates('default');
beforeAll(() => setDefaultCACertificates(Object.values(certificates).map(({ cert }) => cert)));
afterAll(() => setDefaultCACertificates(trusted));

/** What a server answers to a user that it does not let in. */
const refusal = Buffer.from('SFATAL\0C28000\0Mnobody gets in\0\0');
const header = Buffer.from([...Buffer.from('E'), 0, 0, 0, refusal.length + 4]);

/** A server that speaks TLS with this certificate and lets nobody in; gives its port. */
async function serverWith(certificate: keyof typeof certificates): Promise<number> {
  const server = createServer((plain) => {
    plain.on('error', () => {});
    plain.once('data', () => {
      plain.write('S');
      const secure = new TLSSocket(plain, { isServer: true, ...certificates[certificate] });
      secure.on('error', () => {});
      secure.once('data', () => secure.end(Buffer.concat([header, refusal])));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

/** The code of what ends signing in. */
async function endOf(host: string, certificate: keyof typeof certificates, mode = 'verify-full'): Promise<unknown> {
  const url = `postgres://u:p@${host}:${await serverWith(certificate)}/db?sslmode=${mode}`;
  const opened = Slot.open({ url, prepare: false, applicationName: 'test', connectMs: 5_000 });
  return await opened.then(
    () => 'open',
    (error: unknown) => (error as { code?: unknown }).code,
  );
}

it('trusts a server whose certificate matches the host, a name or an IPv4 address', async () => {
  expect(await endOf('127.0.0.1', 'address')).toBe('28000');
  expect(await endOf('localhost', 'localhost')).toBe('28000');
});

it('trusts it for no other host', async () => {
  const mismatch = 'ERR_TLS_CERT_ALTNAME_INVALID';
  expect([await endOf('127.0.0.1', 'localhost'), await endOf('localhost', 'address')]).toEqual([mismatch, mismatch]);
  const secured = async (certificate: keyof typeof certificates) => {
    const plain = await connectSocket({ host: '127.0.0.1', port: await serverWith(certificate) }, 5_000);
    plain.on('error', () => {});
    onTestFinished(() => void plain.destroy());
    return await secureSocket(plain, { mode: 'verify-full' }, '127.0.0.1', AbortSignal.timeout(5_000));
  };
  expect(await secured('address')).toMatchObject({ authorized: true });
  await expect(secured('localhost')).rejects.toMatchObject({ code: mismatch });
});

it('needs no certificate if none is asked for, and no TLS if it is only preferred', async () => {
  expect(await endOf('127.0.0.1', 'localhost', 'require')).toBe('28000');
  const without = createServer((plain) => void plain.on('error', () => {}).once('data', () => plain.write('N')));
  await once(without.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void without.close());
  const open = async (mode: 'prefer' | 'require') => {
    const plain = await connectSocket({ host: '127.0.0.1', port: (without.address() as { port: number }).port }, 5_000);
    onTestFinished(() => void plain.destroy());
    return (await secureSocket(plain, { mode }, '127.0.0.1', AbortSignal.timeout(5_000))) === plain;
  };
  expect(await open('prefer')).toBe(true);
  await expect(open('require')).rejects.toMatchObject({ code: 'ERR_TLS_NOT_OFFERED' });
});

describe('a file of certificates that the address names', () => {
  let folder: string;
  const fileOf = (name: string) => path.join(folder, `${name}.pem`);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'chantier-tls-'));
    for (const [name, { cert }] of Object.entries(certificates)) await writeFile(fileOf(name), cert);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is trusted alone, and for any host where that is asked for', async () => {
    const end = (certificate: keyof typeof certificates, mode: string, file: string) =>
      endOf('localhost', certificate, `${mode}&sslrootcert=${encodeURIComponent(fileOf(file))}`);
    expect(await end('localhost', 'verify-full', 'localhost')).toBe('28000');
    expect(await end('localhost', 'verify-full', 'address')).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(await end('address', 'verify-full', 'address')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    // As in libpq, `require` verifies too when it is told whom to trust
    for (const mode of ['verify-ca', 'require']) {
      expect([mode, await end('address', mode, 'address')]).toEqual([mode, '28000']);
      expect([mode, await end('address', mode, 'localhost')]).toEqual([mode, 'DEPTH_ZERO_SELF_SIGNED_CERT']);
    }
    expect(await end('localhost', 'verify-full', 'missing')).toBe('CONFIG_INVALID');
  });
});
