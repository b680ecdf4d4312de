import type { Plugin } from 'graphql-yoga';
import { type AppError, type ErrorCode, httpStatusOf } from '../../lib/errors.ts';
import { acceptedEncoding, compress, varyBy } from '../compression.ts';
import type { Cors } from '../cors.ts';
import { isCacheable, notModified, tagHeaders } from '../request/entity-tag.ts';
import { problemOf, type RequestRulesOptions } from '../request/rules.ts';

const jsonType = /^application\/(graphql-response\+)?json\b/;

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
  /** Bytes from which answers are compressed. */
  compressFrom: number;
}

/**
 * Rejects cross-site requests (CSRF): a POST must be JSON, and a request with the refresh cookie must have a header
 * that other sites cannot set. Also rejects unknown Host headers. Adds the headers for other origins and for caches,
 * and compresses answers.
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
      const encoding = acceptedEncoding(request.headers.get('accept-encoding'));
      const isTagged = isCacheable(request.method, response.status, response.headers.get('content-type'));
      const { headers, status } = response;
      const isLong = Number(headers.get('content-length') ?? options.compressFrom) >= options.compressFrom;
      const isCompressed = encoding && isLong && jsonType.test(headers.get('content-type') ?? '');
      if (!isTagged && !isCompressed) return;
      const answer = Buffer.from(await response.arrayBuffer());
      if (isTagged) {
        const tagged = tagHeaders(answer, headers.get('vary'));
        for (const [name, value] of Object.entries(tagged)) headers.set(name, value);
        if (notModified(tagged, request.headers.get('if-none-match'))) {
          for (const name of ['content-type', 'content-length']) headers.delete(name);
          return setResponse(new fetchAPI.Response(null, { status: 304, headers }));
        }
      }
      if (!isCompressed || answer.length < options.compressFrom) {
        return setResponse(new fetchAPI.Response(answer, { status, headers }));
      }
      const body = await compress(answer, encoding);
      headers.set('content-encoding', encoding);
      headers.set('content-length', String(body.length));
      if (!isTagged) headers.set('vary', varyBy(headers.get('vary'), 'accept-encoding'));
      setResponse(new fetchAPI.Response(body, { status, headers }));
    },
  };
}
