import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type GraphQLSchema, getOperationAST } from 'graphql';
import type { Text } from '../graphql/compile/plan.ts';
import type { Plans } from '../graphql/compile/plans.ts';
import { answerByPlan } from '../graphql/execute/answer-by-plan.ts';
import { type Accepted, acceptedType } from './accept.ts';
import type { KnownDocument, KnownDocuments } from './known-documents.ts';
import { operationDone } from './metrics/operation-done.ts';
import type { OperationsOptions } from './plugins/use-operations.ts';
import { admit } from './request/admit.ts';
import type { Attempt } from './request/attempt.ts';
import { headersOf, headOf, type RequestHead, signalOf } from './request/head.ts';
import { problemOf, type RequestLine, type RequestRulesOptions } from './request/rules.ts';
import { longBody, type Turns } from './request/turns.ts';

export interface QuickQueriesOptions extends OperationsOptions, RequestRulesOptions {
  schema: GraphQLSchema;
  plans: Plans;
  known: KnownDocuments;
  maxBodyBytes: number;
  turns: Turns;
  /** Answers every request that the fast path cannot. */
  rest(request: IncomingMessage, response: ServerResponse, context: { attempt: Attempt }): unknown;
}

interface Params {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

const shortAnswer = 4_096;

const endpoint = /^(?:\/t\/[^/?#]+)?\/graphql$/;

/**
 * The fast path: serves operations whose document is known and compiled directly from Node's http, with the same checks
 * as Yoga. Unusual requests, refusals and errors are left to `rest`, which starts over.
 */
export class FastPath {
  readonly #options: QuickQueriesOptions;
  #served = 0;

  constructor(options: QuickQueriesOptions) {
    this.#options = options;
  }

  /** How many requests were answered here. */
  get served(): number {
    return this.#served;
  }

  readonly handler: RequestListener = (request, response) => {
    if (!this.#isUsual(request)) return this.#options.rest(request, response, { attempt: {} });
    this.#answerQuickly(request, response).catch(() => response.destroy());
  };

  async #answerQuickly(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const attempt: Attempt = { body };
    const served = await this.#serve(request, response, body, attempt).catch(() => false);
    // Once it is destroyed, nobody waits for the answer
    if (!served && !response.destroyed) this.#options.rest(request, response, { attempt });
  }

  #isUsual({ method, url = '', headers }: IncomingMessage): boolean {
    const length = Number(headers['content-length']);
    return (
      method === 'POST' &&
      endpoint.test(url) &&
      length > 0 &&
      length <= this.#options.maxBodyBytes &&
      headers.origin === undefined &&
      headers['content-encoding'] === undefined &&
      headers['idempotency-key'] === undefined &&
      isJson(acceptedType(headers.accept))
    );
  }

  /** Whether the request was answered. Records in `attempt` what `rest` must not repeat. */
  async #serve(request: IncomingMessage, response: ServerResponse, body: Buffer, attempt: Attempt): Promise<boolean> {
    const line = lineOf(request);
    if (problemOf(line, this.#options)) return false;
    if (body.length > longBody) {
      await this.#options.turns.take(this.#options.addressOf(request.socket.remoteAddress, line.headers));
    }
    attempt.content = contentOf(body);
    const params = paramsOf(attempt.content);
    const entry = params && this.#options.known.get(params.query);
    if (!params || !entry) return false;
    if (entry.declined > entry.answered) {
      // Skips the plan this once, and tries it again later: the reason may have been specific to one request
      entry.declined--;
      return false;
    }
    const answer = await this.#answer(
      headOf({ ...line, signal: signalOf(response) }, request, this.#options),
      params,
      entry,
      attempt,
    );
    if (answer === undefined) return false;
    response.writeHead(200, {
      'content-type': `${acceptedType(request.headers.accept)}; charset=utf-8`,
      'content-length': Buffer.byteLength(answer),
    });
    // Node writes a short string together with the headers, a buffer separately
    response.end(answer.length < shortAnswer ? answer.toString() : answer);
    this.#served++;
    return true;
  }

  async #answer(
    head: RequestHead,
    { query: _, variables, operationName }: Params,
    entry: KnownDocument,
    attempt: Attempt,
  ): Promise<Text | undefined> {
    const { schema, plans, onOperation } = this.#options;
    const from = performance.now();
    const operation = getOperationAST(entry.document, operationName);
    if (!operation || operation.operation === 'subscription') return undefined;
    const args = { schema, document: entry.document, operationName, variableValues: variables ?? {} };
    const request = await admit(args, head, this.#options).catch((error: unknown) => {
      attempt.refusal = error;
      throw error;
    });
    const answer = await answerByPlan(args, operation, request, plans);
    if (answer === 'declined') entry.declined++;
    else if ('failed' in answer) attempt.context = answer.failed;
    else {
      entry.answered++;
      // Whatever happens now, its changes are not made again
      if ('result' in answer) attempt.result = answer.result;
      const result = 'result' in answer ? answer.result : {};
      onOperation?.(operationDone(args, result, { tenant: request.tenant, compiled: true }, from));
      return answer.text;
    }
    return undefined;
  }
}

const lineOf = (request: IncomingMessage): RequestLine => ({
  method: request.method ?? '',
  url: `http://${request.headers.host ?? 'localhost'}${request.url}`,
  headers: headersOf(request),
});

/** Rejects when the client disconnects early. Uses events: an iterator takes as long as the rest of a small request. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('The request ended early'));
    });
  });
}

const isJson = (accepted: Accepted): boolean => accepted !== undefined && accepted !== 'stream';

/** The parsed body; undefined if it is not JSON, which `rest` reports. */
function contentOf(body: Buffer): unknown {
  // Otherwise `toString` would insert replacement characters
  if (!isUtf8(body)) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** The parameters of a plain request; undefined for any other content, which is left to `rest`. */
function paramsOf(content: unknown): Params | undefined {
  if (typeof content !== 'object' || content === null) return undefined;
  const { query, variables, operationName, ...others } = content as Record<string, unknown>;
  const plain =
    typeof query === 'string' &&
    typeof (variables ?? {}) === 'object' &&
    !Array.isArray(variables) &&
    typeof (operationName ?? '') === 'string' &&
    Object.keys(others).length === 0;
  return plain ? (content as Params) : undefined;
}
