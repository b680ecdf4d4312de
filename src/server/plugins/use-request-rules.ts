import type { Plugin } from 'graphql-yoga';
import { AppError, type ErrorCode, httpStatusOf } from '../../lib/errors.ts';
import { type AnswerType, acceptedType } from '../accept.ts';
import { hasRefreshCookie } from '../refresh-cookie.ts';
import { bodyTypeProblem } from '../routes/media-type.ts';

export const csrfHeader = 'x-chantier-csrf';
const answerTypes: readonly AnswerType[] = ['application/json', 'application/graphql-response+json'];
const bodyTypes = ['application/json'];

export interface RequestRulesOptions {
  /** Whether a Host header means this server. */
  isOurs(host: string | null): boolean;
}

/** What the rules look at. */
export interface RequestLine {
  method: string;
  url: string;
  headers: { get(name: string): string | null };
}

/** Why a request is refused before anything is read of it; undefined when it is not. */
export function problemOf(request: RequestLine, { isOurs }: RequestRulesOptions): AppError | undefined {
  const { method, headers } = request;
  if (!isOurs(headers.get('host') ?? new URL(request.url).host)) {
    return new AppError('FORBIDDEN', 'This server does not answer to that host name; PUBLIC_URL gives it another');
  }
  if (method === 'OPTIONS') return undefined;
  if (method !== 'GET' && method !== 'POST') return new AppError('METHOD_NOT_ALLOWED', 'Use POST, or GET for queries');
  if (!acceptedType(headers.get('accept'))) {
    return new AppError('NOT_ACCEPTABLE', `Accept ${answerTypes.join(' or ')}`);
  }
  const problem = method === 'POST' ? bodyTypeProblem(headers, bodyTypes) : undefined;
  if (problem) return problem;
  if (hasRefreshCookie(headers.get('cookie')) && !headers.get(csrfHeader)) {
    return new AppError('CSRF_REQUIRED', `A request with the session cookie needs the header ${csrfHeader}: 1`);
  }
  return undefined;
}

/** An answer in the form of GraphQL errors, for requests that never become an operation. */
export function errorResponse(error: AppError, Response: typeof globalThis.Response): Response {
  const code: ErrorCode = error.code;
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (code === 'METHOD_NOT_ALLOWED') headers.allow = 'GET, POST';
  const body = { errors: [{ message: error.message, extensions: { code } }] };
  return new Response(JSON.stringify(body), { status: httpStatusOf(code), headers });
}

/**
 * Refuses what another site could make a browser send: anything but JSON by POST, and requests with the session cookie
 * that lack a header which only our own pages can set. And what was sent under a name that is not ours.
 */
export function useRequestRules(options: RequestRulesOptions): Plugin {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      const problem = problemOf(request, options);
      if (problem) endResponse(errorResponse(problem, fetchAPI.Response as typeof globalThis.Response));
    },
  };
}
