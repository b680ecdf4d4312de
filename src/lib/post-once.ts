import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { NetworkGuard } from './network-guard.ts';

/** How names become addresses, and addresses connections. */
export interface Network {
  resolve(host: string): Promise<readonly string[]>;
  connect(address: string, port: number): Socket;
}

export const internet: Network = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  connect: (address, port) => connectTcp({ host: address, port }),
};

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface PostOptions {
  network: Network;
  guard: NetworkGuard;
  /** Of everything together: the resolution, the connection and the answer. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** A request that was not sent, because of where it would go. */
export class RefusedAddress extends Error {}

const longestHead = 16 * 1024;

/**
 * Sends a request to an address that a member chose, and returns the status of the answer. The name is resolved once,
 * each of its addresses is checked, and the connection goes to a checked one: a name cannot lead elsewhere when it is
 * resolved again. Redirects are not followed, and the body of the answer is not read. Throws RefusedAddress, and errors
 * of the network.
 */
export async function postOnce(post: Post, { network, guard, timeoutMs, signal }: PostOptions): Promise<number> {
  const limit = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([signal, limit]);
  try {
    const url = new URL(post.url);
    const address = await untilAborted(checkedAddress(url, network, guard), ended);
    return await answerOf(post, url, { ended, connect: (port) => network.connect(address, port) });
  } catch (error) {
    if (limit.aborted && !signal.aborted) throw new Error(`No answer within ${timeoutMs / 1_000} seconds`);
    throw error;
  }
}

async function checkedAddress(url: URL, network: Network, guard: NetworkGuard): Promise<string> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new RefusedAddress('Only http and https are allowed');
  if (url.username || url.password) throw new RefusedAddress('The address must not contain a password');
  const host = hostOf(url);
  // Members read the reason: it must not tell which names exist inside
  const notPublic = 'The host has no public address';
  const addresses = isIP(host) ? [host] : await network.resolve(host).catch(() => []);
  if (addresses.length === 0) throw new Error(notPublic);
  const isListed = guard.isListed(host);
  if (url.protocol === 'http:' && !isListed) throw new RefusedAddress('The address must begin with https');
  // All of them: a name with a public and a private address is refused, not sent to the public one
  if (!isListed && !addresses.every((each) => guard.allows(each))) throw new RefusedAddress(notPublic);
  return addresses.find((each) => isIP(each) === 4) ?? addresses[0]!;
}

/** Without the brackets of IPv6 and the dot at the end of absolute names. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

interface Exchange {
  ended: AbortSignal;
  connect(port: number): Socket;
}

function answerOf({ headers, body }: Post, url: URL, { ended, connect }: Exchange): Promise<number> {
  const isTls = url.protocol === 'https:';
  const host = hostOf(url);
  const port = Number(url.port || (isTls ? 443 : 80));
  const options: RequestOptions = {
    ...{ method: 'POST', host, port, path: `${url.pathname}${url.search}`, signal: ended, maxHeaderSize: longestHead },
    headers: { ...headers, host: url.host, 'content-length': `${Buffer.byteLength(body)}` },
    createConnection: () => {
      const socket = connect(port);
      return isTls ? connectTls({ socket, ...(!isIP(host) && { servername: host }), host }) : socket;
    },
  };
  return new Promise((resolve, reject) => {
    const sent = (isTls ? httpsRequest : httpRequest)(options, (answer: IncomingMessage) => {
      resolve(answer.statusCode!);
      answer.on('error', () => {});
      sent.destroy();
    });
    sent.on('error', reject);
    // An answer of 101, after which the connection would speak another protocol
    sent.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve(answer.statusCode!);
    });
    sent.on('close', () => reject(new Error('The receiver closed the connection')));
    sent.end(body);
  });
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
    work.catch(() => {});
  }
}
