import { once } from 'node:events';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

export type Address = { host: string; port: number } | { path: string };

/** TLS mode: `prefer` continues without TLS if the server has none, `verify-ca` accepts a certificate for any host. */
export interface Ssl {
  mode: 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  /** Certificates of the authorities to trust, PEM; those that Node trusts when absent. */
  ca?: string | undefined;
}

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const [accepted, refused] = Buffer.from('SN');

/**
 * Opens a connection to a database server, at an address from `lookup` if given. Throws the system's error, or
 * ETIMEDOUT after `timeoutMs` milliseconds.
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

/**
 * Wraps a new connection in TLS. A server without TLS is an error, except for `prefer`. Throws Node's error if the
 * certificate must be checked and is not the host's.
 */
export async function secureSocket(socket: Socket, ssl: Ssl, host: string, signal: AbortSignal): Promise<Socket> {
  const answered = once(socket, 'data', { signal });
  socket.write(sslRequest);
  const [answer] = (await answered) as [Buffer];
  if (answer.length === 1 && answer[0] === refused && ssl.mode === 'prefer') return socket;
  // Further bytes may come from an attacker in between
  if (answer.length !== 1 || answer[0] !== accepted) {
    throw Object.assign(new Error('The database server does not speak TLS'), { code: 'ERR_TLS_NOT_OFFERED' });
  }
  socket.removeAllListeners('data');
  // `host` is set as well as `servername`, which IPv4 addresses do not have: otherwise Node would check "localhost"
  const name = isIP(host) ? {} : { servername: host };
  const secure = connectTls({ socket, host, ...name, ...proofFor(ssl) });
  // After a destroy, pending writes fail; that error is of no interest
  secure.on('error', () => {});
  await once(secure, 'secureConnect', { signal });
  return secure;
}

function proofFor({ mode, ca }: Ssl): ConnectionOptions {
  const trusted = ca === undefined ? {} : { ca };
  if (mode === 'verify-full') return { ...trusted, rejectUnauthorized: true };
  if (mode === 'verify-ca') return { ...trusted, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  return { rejectUnauthorized: false };
}
