import { once } from 'node:events';
import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { connectSocket, secureSocket, verifiedTls } from '../../src/db/socket.ts';
import { certificates } from './certificates.ts';

const trusted = getCACertificates('default');
beforeAll(() => setDefaultCACertificates(Object.values(certificates).map(({ cert }) => cert)));
afterAll(() => setDefaultCACertificates(trusted));

/** A server that speaks TLS with this certificate; gives its port. */
async function serverWith(certificate: keyof typeof certificates): Promise<number> {
  const server = createServer((plain) => {
    plain.on('error', () => {});
    plain.once('data', () => {
      plain.write('S');
      const secure = new TLSSocket(plain, { isServer: true, ...certificates[certificate] });
      secure.on('error', () => {});
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

it('believes a server the host of its address, be it a name or an IPv4 address', () => {
  const tlsOf = (host: string, mode: string) => verifiedTls(new URL(`postgres://u:p@${host}/db?sslmode=${mode}`));
  expect(tlsOf('127.0.0.1', 'verify-full')).toEqual({ host: '127.0.0.1' });
  expect(tlsOf('db.example', 'verify-full')).toEqual({ host: 'db.example' });
  expect(tlsOf('127.0.0.1', 'require')).toBeUndefined();
});

it('believes it no other when it cancels', async () => {
  const secured = async (certificate: keyof typeof certificates) => {
    const plain = await connectSocket({ host: '127.0.0.1', port: await serverWith(certificate) }, 5_000);
    plain.on('error', () => {});
    onTestFinished(() => void plain.destroy());
    return await secureSocket(plain, 'verify-full', '127.0.0.1', AbortSignal.timeout(5_000));
  };
  expect((await secured('address')).authorized).toBe(true);
  await expect(secured('localhost')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});
