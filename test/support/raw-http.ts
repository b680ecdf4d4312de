import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** A connection that has sent these bytes; more can be written. */
export async function open(port: number, bytes: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

export interface RawAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/** Everything that the server sends until it closes the connection. */
export async function answerOf(socket: Socket): Promise<RawAnswer> {
  const all = await text(socket);
  const [head = '', ...body] = all.split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(/: (.*)/, 2) as [string, string]));
  return { status: Number(status.split(' ')[1]), headers, body: body.join('\r\n\r\n') };
}

/** Sends a request as it is written, and reads the answer. */
export const exchange = async (port: number, bytes: string): Promise<RawAnswer> => answerOf(await open(port, bytes));

/** A request with these lines as its head, which asks the server to close the connection. */
export const requestText = (line: string, headers: Readonly<Record<string, string>> = {}, body = ''): string => {
  const all = { host: 'localhost', connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
};
