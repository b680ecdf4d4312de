import type { Plugin } from 'graphql-yoga';
import { type AppError, type ErrorCode, httpStatusOf } from '../../lib/errors.ts';
import { problemOf, type RequestRulesOptions } from '../request/rules.ts';

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
