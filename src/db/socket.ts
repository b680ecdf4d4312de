import { once } from 'node:events';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export type Address = { host: string; port: number } | { path: string };

/** TLS as an address asks for it: `verify` wants the server to prove who it is, `prefer` goes on without where there is none. */
export type Ssl = 'allow' | 'prefer' | 'require' | 'verify';

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const [accepted, refused] = Buffer.from('SN');

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

/**
 * Wraps a fresh connection in TLS; a server without it is an error, but for `prefer`. Fails with Node's error for a
 * certificate that is not the host's, where that is asked for.
 */
export async function secureSocket(socket: Socket, ssl: Ssl, host: string, signal: AbortSignal): Promise<Socket> {
  const answered = once(socket, 'data', { signal });
  socket.write(sslRequest);
  const [answer] = (await answered) as [Buffer];
  if (answer.length === 1 && answer[0] === refused && ssl === 'prefer') return socket;
  // What came behind it, somebody between may have put there
  if (answer.length !== 1 || answer[0] !== accepted) {
    throw Object.assign(new Error('The database server does not speak TLS'), { code: 'ERR_TLS_NOT_OFFERED' });
  }
  socket.removeAllListeners('data');
  // The host is said beside the name, which there is none of for an IPv4 address: Node would ask for "localhost" else
  const name = isIP(host) ? {} : { servername: host };
  const secure = connectTls({ socket, host, ...name, rejectUnauthorized: ssl === 'verify' });
  // Once it is destroyed, what was still to be written fails: nobody has to hear of that
  secure.on('error', () => {});
  await once(secure, 'secureConnect', { signal });
  return secure;
}

/** How an address asks for TLS; undefined where it does not. */
export function sslOf({ searchParams }: URL): Ssl | undefined {
  const mode = searchParams.get('sslmode') ?? searchParams.get('ssl');
  if (mode === null || mode === 'disable' || mode === 'false') return undefined;
  return mode === 'allow' || mode === 'prefer' || mode === 'require' ? mode : 'verify';
}
