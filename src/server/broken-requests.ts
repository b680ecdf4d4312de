import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, type ErrorCode, httpStatusOf } from '../lib/errors.ts';
import { errorAnswer } from './routes/answers.ts';
import { securityHeaders } from './routes/security-headers.ts';

const problems: Readonly<Record<string, [ErrorCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'The headers of the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'The headers of the request are too large'],
};

/** How long a half-closed connection stays open, so that a client that is still sending can read the answer. */
const lingerMs = 1_000;

/** Answers a malformed or incomplete HTTP request, and closes the connection. */
export function answerBrokenRequest({ code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || code === 'ECONNRESET') socket.destroy();
  else {
    const [error, message] = problems[code] ?? ['BAD_INPUT', 'This is not an HTTP request'];
    answerOnSocket(socket, new AppError(error, message), securityHeaders('data', false));
  }
}

/** Answers a request whose body did not arrive in time, and closes the connection. */
export function answerLate(response: ServerResponse): void {
  const error = new AppError('REQUEST_TIMEOUT', 'The body of the request did not arrive in time');
  if (response.socket?.writable) answerOnSocket(response.socket, error, response.getHeaders());
}

/**
 * Sends the answer and half-closes the connection. Closing it at once would reset it before a sending client can read.
 */
export function answerOnSocket(socket: Duplex, error: AppError, security: OutgoingHttpHeaders): void {
  const { headers, body } = errorAnswer(error);
  const all = { ...security, ...headers, connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${httpStatusOf(error.code)} ${error.code}\r\n${lines.join('')}\r\n${body}`);
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(cut));
}
