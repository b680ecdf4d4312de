import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { toRequestError } from '../../graphql/execute/mask-error.ts';
import type { Logger } from '../../lib/logger.ts';
import { errorAnswer } from './answers.ts';
import { requireDecodable } from './percent-encoding.ts';
import { decodeText, joined, parseJson, readChunks } from './read-body.ts';
import type { Route, RouteAnswer, RouteDefinition, RouteHead, RouteRequest } from './route.ts';

/** Makes a route, which authenticates the caller, then reads the body and answers. */
export function defineRoute<Caller>(definition: RouteDefinition<Caller>): Route {
  const { authenticate, handle, ...rules } = definition;
  const { refuse = errorAnswer } = rules;
  const serve = async (request: IncomingMessage, head: RouteHead, logger: Logger): Promise<RouteAnswer> => {
    try {
      const caller = await authenticate(head);
      return await handle(requestOf(request, head, caller, rules.body));
    } catch (error) {
      return refuse(toRequestError(error, logger), head);
    }
  };
  return { ...rules, serve };
}

function requestOf<Caller>(
  request: IncomingMessage,
  head: RouteHead,
  caller: Caller,
  rule: Route['body'],
): RouteRequest<Caller> {
  const chunks = () => readChunks(request, rule);
  const text = async () => decodeText(await joined(chunks()));
  return {
    ...head,
    caller,
    chunks,
    text,
    json: async () => parseJson(await text()),
    form: async () => formOf(await text()),
  };
}

function formOf(text: string): URLSearchParams {
  requireDecodable(text, 'body');
  return new URLSearchParams(text);
}

/**
 * Sends an answer. A streamed body is destroyed when the client disconnects; if it fails, the connection is cut, so
 * that the answer does not look complete.
 */
export async function sendAnswer(
  response: ServerResponse,
  { status, headers, body, trailers }: RouteAnswer,
): Promise<void> {
  const isStream = typeof body !== 'string' && !Buffer.isBuffer(body);
  if (response.headersSent || response.destroyed) {
    if (isStream) body.destroy();
    return;
  }
  try {
    response.writeHead(status, { ...headers, ...(!isStream && { 'content-length': Buffer.byteLength(body) }) });
  } catch (error) {
    if (isStream) body.destroy();
    throw error;
  }
  if (!isStream) {
    response.end(body);
    return;
  }
  await pipeline(body, response, { end: false });
  if (trailers) response.addTrailers(trailers());
  response.end();
}
