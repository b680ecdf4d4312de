import type { Plugin } from 'graphql-yoga';
import { type AppError, type ErrorCode, httpStatusOf } from '../../lib/errors.ts';
import { problemOf, type RequestRulesOptions } from '../request/rules.ts';

/** An answer in the form of GraphQL errors, for requests that are refused before an operation is known. */
export function errorResponse(error: AppError, Response: typeof globalThis.Response): Response {
  const code: ErrorCode = error.code;
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (code === 'METHOD_NOT_ALLOWED') headers.allow = 'GET, POST';
  const body = { errors: [{ message: error.message, extensions: { code } }] };
  return new Response(JSON.stringify(body), { status: httpStatusOf(code), headers });
}

/**
 * Rejects cross-site requests (CSRF): a POST must be JSON, and a request with the refresh cookie must have a header
 * that other sites cannot set. Also rejects unknown Host headers.
 */
export function useRequestRules(options: RequestRulesOptions): Plugin {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      const problem = problemOf(request, options);
      if (problem) endResponse(errorResponse(problem, fetchAPI.Response as typeof globalThis.Response));
    },
  };
}
