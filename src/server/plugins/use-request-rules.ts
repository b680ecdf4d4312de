import type { Plugin } from 'graphql-yoga';
import { type AppError, type ErrorCode, httpStatusOf } from '../../lib/errors.ts';
import type { Cors } from '../cors.ts';
import { isCacheable, notModified, tagHeaders } from '../request/entity-tag.ts';
import { problemOf, type RequestRulesOptions } from '../request/rules.ts';

/** An answer in the form of GraphQL errors, for requests that are refused before an operation is known. */
export function errorResponse(error: AppError, Response: typeof globalThis.Response): Response {
  const code: ErrorCode = error.code;
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (code === 'METHOD_NOT_ALLOWED') headers.allow = 'GET, POST';
  const body = { errors: [{ message: error.message, extensions: { code } }] };
  return new Response(JSON.stringify(body), { status: httpStatusOf(code), headers });
}

export interface RequestRulesPluginOptions extends RequestRulesOptions {
  cors: Cors;
}

/**
 * Rejects cross-site requests (CSRF): a POST must be JSON, and a request with the refresh cookie must have a header
 * that other sites cannot set. Also rejects unknown Host headers. Adds the headers for other origins and for caches.
 */
export function useRequestRules(options: RequestRulesPluginOptions): Plugin {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      const problem = problemOf(request, options);
      if (!problem && request.method === 'OPTIONS') endResponse(new fetchAPI.Response(null, { status: 204 }));
      if (problem) endResponse(errorResponse(problem, fetchAPI.Response as typeof globalThis.Response));
    },
    async onResponse({ request, response, setResponse, fetchAPI }) {
      const cors = options.cors.headersFor(request.headers.get('origin'), request.method);
      for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
      if (!isCacheable(request.method, response.status, response.headers.get('content-type'))) return;
      const body = await response.text();
      const tagged = tagHeaders(body, response.headers.get('vary'));
      const isKnown = notModified(tagged, request.headers.get('if-none-match'));
      const { headers } = response;
      for (const [name, value] of Object.entries(tagged)) headers.set(name, value);
      if (isKnown) for (const name of ['content-type', 'content-length']) headers.delete(name);
      setResponse(new fetchAPI.Response(isKnown ? null : body, { status: isKnown ? 304 : 200, headers }));
    },
  };
}
