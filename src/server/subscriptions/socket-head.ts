import type { IncomingMessage } from 'node:http';
import { type GraphHead, type HeadOptions, headersOf, headOf } from '../request/head.ts';

/** The headers that a client may send as `connectionParams`, because browsers send none with a WebSocket. */
const connectionHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'x-tenant',
  'chantier-after',
  'apollographql-client-name',
  'apollographql-client-version',
]);

/**
 * The head of the operations on a WebSocket: that of the request that opened it, with the headers among its
 * `connectionParams`. It has no cookies, which a browser sends along for any page that opens the socket.
 */
export function socketHead(
  request: IncomingMessage,
  params: Readonly<Record<string, unknown>> | undefined,
  options: HeadOptions,
): GraphHead {
  const sent = headersOf(request);
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(params ?? {})) {
    const header = name.toLowerCase();
    if (connectionHeaders.has(header) && typeof value === 'string') given.set(header, value);
  }
  const headers = {
    get: (name: string) => (name.toLowerCase() === 'cookie' ? null : (given.get(name.toLowerCase()) ?? sent.get(name))),
  };
  const url = `http://${request.headers.host ?? 'localhost'}${request.url}`;
  return headOf({ url, headers, signal: undefined }, request, options);
}
