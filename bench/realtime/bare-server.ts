import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/*
 * The least that a server of the graphql-transport-ws protocol can do: it passes each message on to the sockets of its
 * channel, as one text that is made once. It has no database, rights or limits: what it costs is what sockets cost.
 */
interface Posted {
  query: string;
  variables: { id: string; text: string };
}

const sockets = new Map<string, Set<WebSocket>>();
let channels = 0;

function answer({ query, variables: { id, text } }: Posted): object {
  if (!query.startsWith('mutation')) return { channels: { nodes: [{ id: String(++channels) }] } };
  const message = { id: `${id}-message`, content: text, sender: { firstName: 'Somebody' } };
  const data = { messageAdded: { added: [message], cursor: 'a cursor of about as many characters as ours' } };
  const frame = JSON.stringify({ id: '1', type: 'next', payload: { data } });
  for (const socket of sockets.get(id) ?? []) socket.send(frame);
  return { sendMessage: { message: { id: message.id } } };
}

async function bodyOf(request: IncomingMessage): Promise<Posted> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(String(Buffer.concat(parts)));
}

const http = createServer(async (request, response) => {
  const data = answer(await bodyOf(request));
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
});
const server = new WebSocketServer({
  server: http,
  perMessageDeflate: false,
  handleProtocols: () => 'graphql-transport-ws',
});
server.on('connection', (socket) =>
  socket.on('message', (bytes) => {
    const { type, payload } = JSON.parse(String(bytes)) as { type: string; payload: Posted };
    if (type === 'connection_init') return socket.send('{"type":"connection_ack"}');
    const { id } = payload.variables;
    sockets.set(id, (sockets.get(id) ?? new Set()).add(socket));
    socket.send('{"id":"1","type":"next","payload":{"data":{"messageAdded":{"added":[],"cursor":"a"}}}}');
    socket.on('close', () => sockets.get(id)!.delete(socket));
  }),
);
await once(http.listen(0, '127.0.0.1'), 'listening');
process.send!((http.address() as AddressInfo).port);
