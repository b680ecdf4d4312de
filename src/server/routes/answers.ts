import { type AppError, httpStatusOf } from '../../lib/errors.ts';
import type { RouteAnswer } from './route.ts';

type Headers = RouteAnswer['headers'];

export const jsonAnswer = (content: unknown, status = 200, headers: Headers = {}): RouteAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(content),
});

export const htmlAnswer = (text: string, status = 200, headers: Headers = {}): RouteAnswer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body: text,
});

/** Redirects a browser; after a form it sends a GET. */
export const redirectAnswer = (location: string, headers: Headers = {}): RouteAnswer => ({
  status: 303,
  headers: { location, ...headers },
  body: '',
});

/** The headers of an error: when to retry, or how to authenticate. */
export function errorHeaders({ code, details: { retryAfter } }: AppError): Record<string, string> {
  if (retryAfter !== undefined) return { 'retry-after': String(Math.ceil(retryAfter)) };
  return code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer' } : {};
}

/** An error in the form of GraphQL errors. */
export const errorAnswer = (error: AppError): RouteAnswer =>
  jsonAnswer(
    { errors: [{ message: error.message, extensions: { code: error.code, ...error.details } }] },
    httpStatusOf(error.code),
    errorHeaders(error),
  );
