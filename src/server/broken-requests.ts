import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, type ErrorCode, httpStatusOf } from '../lib/errors.ts';
import { errorAnswer } from './routes/answers.ts';
import { securityHeaders } from './routes/security-headers.ts';
import { sendAnswer } from './routes/serve-route.ts';

const problems: Readonly<Record<string, [ErrorCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'The headers of the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'The headers of the request are too large'],
};

/** Answers what is not an HTTP request, or never becomes one, and closes the connection. */
export function answerBrokenRequest({ code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
  const [error, message] = problems[code] ?? ['BAD_INPUT', 'This is not an HTTP request'];
  const { headers, body } = errorAnswer(new AppError(error, message));
  const all = { ...securityHeaders('data', false), ...headers, connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${httpStatusOf(error)} ${error}\r\n${lines.join('')}\r\n${body}`);
}

/** Answers a request whose body did not arrive in time, and closes the connection. */
export function answerLate(response: ServerResponse): void {
  const error = new AppError('REQUEST_TIMEOUT', 'The body of the request did not arrive in time');
  response.setHeader('connection', 'close');
  response.once('finish', () => response.req.destroy());
  sendAnswer(response, errorAnswer(error)).catch(() => response.req.destroy());
}
