import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CookieJar } from '../../graphql/context.ts';
import type { Charge } from '../../graphql/rate-limit/charge.ts';
import type { AddressReader } from '../client-address.ts';
import { RefreshCookie } from './refresh-cookie.ts';

/** A request without its body, whatever its transport. */
export interface RequestHead {
  url: string;
  headers: { get(name: string): string | null };
  /** The client's address; undefined without a connection, as in tests. */
  address: string | undefined;
  cookies: CookieJar;
  signal: AbortSignal | undefined;
  /** The points that the request costs, set when it is admitted. Their state must be sent with the answer. */
  charge?: Charge | undefined;
}

export interface HeadOptions {
  /** Whether browsers reach us by https. */
  secureCookies: boolean;
  addressOf: AddressReader;
}

/** The part of Node's request with the connection to the client. */
export type Connected = { socket: { remoteAddress?: string } };

/** The head of a GraphQL request. Cookies that are set in it must be sent with the answer. */
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

/** The headers of Node's request, with the interface of fetch's headers. */
export function headersOf({ headers }: IncomingMessage): RequestHead['headers'] {
  return {
    get(name) {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
  };
}

/** Aborts when the client disconnects before the answer is sent. */
export function signalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) gone.abort();
  });
  return gone.signal;
}
