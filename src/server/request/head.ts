import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CookieJar } from '../../graphql/context.ts';
import type { AddressReader } from '../client-address.ts';
import { RefreshCookie } from './refresh-cookie.ts';

/** What a transport knows of a request. */
export interface RequestHead {
  url: string;
  headers: { get(name: string): string | null };
  /** Undefined: the request came by no connection, such as from a test. */
  address: string | undefined;
  cookies: CookieJar;
  signal: AbortSignal | undefined;
}

export interface HeadOptions {
  /** Whether browsers reach us by https. */
  secureCookies: boolean;
  addressOf: AddressReader;
}

/** What has a connection to the client: Node's request. */
export type Connected = { socket: { remoteAddress?: string } };

/** The head of a request for the graph. What is set in its cookies belongs into the answer. */
export type GraphHead = RequestHead & { cookies: RefreshCookie };

export function headOf(
  { url, headers, signal }: Pick<RequestHead, 'url' | 'headers' | 'signal'>,
  connected: Connected | undefined,
  { secureCookies, addressOf }: HeadOptions,
): GraphHead {
  return {
    url,
    headers,
    address: connected && addressOf(connected.socket.remoteAddress, headers),
    cookies: new RefreshCookie(headers.get('cookie'), { secure: secureCookies }),
    signal,
  };
}

/** The headers of Node's request, read as those of fetch are. */
export function headersOf({ headers }: IncomingMessage): RequestHead['headers'] {
  return {
    get(name) {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
  };
}

/** Aborts when the client goes away before its answer. */
export function signalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) gone.abort();
  });
  return gone.signal;
}
