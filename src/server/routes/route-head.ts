import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressReader } from '../client-address.ts';
import type { RouteHead } from './route.ts';

/** The headers of Node's request, read as those of fetch are. */
export function headersOf({ headers }: IncomingMessage): RouteHead['headers'] {
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

export function routeHead(
  request: IncomingMessage,
  response: ServerResponse,
  params: RouteHead['params'],
  addressOf: AddressReader,
): RouteHead {
  const headers = headersOf(request);
  const url = `http://${request.headers.host ?? 'localhost'}${request.url}`;
  return {
    method: request.method ?? '',
    url,
    params,
    query: new URL(url).searchParams,
    headers,
    address: addressOf(request.socket.remoteAddress, headers),
    signal: signalOf(response),
  };
}
