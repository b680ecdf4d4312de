import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressReader } from '../client-address.ts';
import { headersOf, signalOf } from '../request/head.ts';
import type { RouteHead } from './route.ts';

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
    httpVersion: request.httpVersion,
    url,
    params,
    query: new URL(url).searchParams,
    headers,
    address: addressOf(request.socket.remoteAddress, headers),
    signal: signalOf(response),
  };
}
