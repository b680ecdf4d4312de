import { once } from 'node:events';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';

export type Address = { host: string; port: number } | { path: string };

/** postgres.js's `ssl` option, as it parsed it from the URL. */
export type Ssl = boolean | string | object | null | undefined;

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const accepted = 'S'.charCodeAt(0);

/**
 * Opens a connection to a database server, at an address that `lookup` gave when there is one. Fails with the system's
 * error, or ETIMEDOUT after so many milliseconds.
 */
export function connectSocket(address: Address, timeoutMs: number, lookup?: LookupFunction): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, noDelay: true, ...(lookup && { lookup }) });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(Object.assign(new Error('The database server does not answer'), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

/** Wraps a fresh connection in TLS the way postgres.js does; a server without TLS is an error. */
export async function secureSocket(socket: Socket, ssl: Ssl, host: string, signal: AbortSignal): Promise<TLSSocket> {
  const answered = once(socket, 'data', { signal });
  socket.write(sslRequest);
  const [answer] = (await answered) as [Buffer];
  if (answer[0] !== accepted) throw new Error('The database server does not speak TLS');
  socket.removeAllListeners('data');
  const secure = connectTls({ socket, host, ...(isIP(host) ? {} : { servername: host }), ...tlsOptions(ssl) });
  await once(secure, 'secureConnect', { signal });
  return secure;
}

const unverified = new Set(['disable', 'allow', 'prefer', 'require', 'false']);

/**
 * What postgres.js's `ssl` has to be where an address asks that the server prove who it is; undefined elsewhere. The host is
 * said to Node beside the name, which there is none of for an IPv4 address: it would ask for a certificate of "localhost".
 */
export function verifiedTls({ hostname, searchParams }: URL): { host: string } | undefined {
  const mode = searchParams.get('sslmode') ?? searchParams.get('ssl');
  return mode === null || unverified.has(mode) ? undefined : { host: hostname };
}

function tlsOptions(ssl: Ssl): ConnectionOptions {
  if (ssl === 'require' || ssl === 'allow' || ssl === 'prefer') return { rejectUnauthorized: false };
  return typeof ssl === 'object' ? (ssl ?? {}) : {};
}
