import type { IncomingMessage } from 'node:http';
import { AppError } from '../../lib/errors.ts';
import { hasRefreshCookie } from '../request/refresh-cookie.ts';
import { csrfHeader } from '../request/rules.ts';
import { isSameOrigin } from '../same-origin.ts';
import { bodyTypeProblem } from './media-type.ts';
import { requireDecodable } from './percent-encoding.ts';
import { tooLarge } from './read-body.ts';
import type { Method, Route, RouteHead } from './route.ts';

/** A target that needs no parsing: a path without a query and without anything encoded. */
const plainPath = /^(?:\/[\w-]+)+$/;
const hostPattern = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Throws BAD_INPUT unless the target is a path and the Host header a host. Host and target are joined to an address,
 * and a Host of `a/health/live?` would change its path. In HTTP/1.0 the header may be absent.
 */
export function checkTarget({ url = '', headers: { host } }: IncomingMessage): void {
  const isHost = host === undefined || (hostPattern.test(host) && URL.canParse(`http://${host}`));
  if (isHost && plainPath.test(url)) return;
  if (!isHost || !url.startsWith('/') || !URL.canParse(`http://localhost${url}`)) {
    throw new AppError('BAD_INPUT', 'Invalid Host header or path', { field: isHost ? 'path' : 'host' });
  }
  requireDecodable(queryOf(url), 'query');
}

const queryOf = (target: string): string => target.split('?').slice(1).join('?');

/** Throws PAYLOAD_TOO_LARGE when Content-Length exceeds the limit of the route. */
export function checkLength(request: IncomingMessage, route: Route): void {
  if (route.body !== 'none' && isTooLong(request, route)) throw tooLarge(route.body.maxBytes);
}

export const isTooLong = ({ headers }: IncomingMessage, { body }: Route): boolean =>
  body !== 'none' && Number(headers['content-length']) > body.maxBytes;

/** Whether the method is safe (RFC 9110). HEAD is answered like GET, without the body. */
const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** Throws METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE, CSRF_REQUIRED, FORBIDDEN, before the body is read. */
export function checkRules(
  { method, headers }: Pick<RouteHead, 'method' | 'headers'>,
  { methods, body, content }: Route,
): void {
  if (!methods.includes(method === 'HEAD' ? 'GET' : (method as Method))) {
    throw new AppError('METHOD_NOT_ALLOWED', `Use ${methods.join(' or ')}`);
  }
  if (isSafe(method) && content === 'page') return;
  const problem = isSafe(method) || body === 'none' ? undefined : bodyTypeProblem(headers, body.types);
  if (problem) throw problem;
  if (content === 'page') checkSameOrigin(headers);
  else if (hasRefreshCookie(headers.get('cookie')) && !headers.get(csrfHeader)) {
    throw new AppError('CSRF_REQUIRED', `A request with the refresh cookie needs the header ${csrfHeader}: 1`);
  }
}

/** Throws FORBIDDEN for cross-site forms (CSRF). */
function checkSameOrigin(headers: RouteHead['headers']): void {
  if (!isSameOrigin(headers)) throw new AppError('FORBIDDEN', 'This form was sent from another site');
}
