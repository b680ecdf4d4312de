import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type GraphQLSchema, getOperationAST, type OperationDefinitionNode } from 'graphql';
import type { Text } from '../graphql/compile/plan.ts';
import type { Plans } from '../graphql/compile/plans.ts';
import { answerByPlan } from '../graphql/execute/answer-by-plan.ts';
import { type Accepted, acceptedType } from './accept.ts';
import { acceptedEncoding, compress, varyBy } from './compression.ts';
import type { Cors } from './cors.ts';
import { type GraphParams, type ParamsOptions, readGraphParams, readQueryString } from './graph-params.ts';
import type { KnownDocument, KnownDocuments } from './known-documents.ts';
import { operationDone } from './metrics/operation-done.ts';
import type { OperationsOptions } from './plugins/use-operations.ts';
import { admit } from './request/admit.ts';
import type { Attempt } from './request/attempt.ts';
import type { DocumentGate, OpenedDocument } from './request/document-gate.ts';
import { notModified, tagHeaders } from './request/entity-tag.ts';
import { type GraphHead, headersOf, headOf, signalOf } from './request/head.ts';
import { costOf, rateLimitHeaders } from './request/rate-limit.ts';
import { problemOf, type RequestLine, type RequestRulesOptions } from './request/rules.ts';
import { longBody, type Turns } from './request/turns.ts';

export interface FastPathOptions extends OperationsOptions, RequestRulesOptions, ParamsOptions {
  schema: GraphQLSchema;
  plans: Plans;
  known: KnownDocuments;
  gate: DocumentGate;
  cors: Cors;
  maxBodyBytes: number;
  turns: Turns;
  /** Bytes from which answers are compressed. */
  compressFrom: number;
  /** Answers every request that the fast path cannot. */
  rest(request: IncomingMessage, response: ServerResponse, context: { attempt: Attempt }): unknown;
}

const shortAnswer = 4_096;

const postEndpoint = /^(?:\/t\/[^/?#]+)?\/graphql$/;
const getEndpoint = /^(?:\/t\/[^/?#]+)?\/graphql\?/;

/**
 * The fast path: serves operations whose document is known and compiled directly from Node's http, with the same checks
 * as Yoga. Unusual requests, refusals and errors are left to `rest`, which starts over.
 */
export class FastPath {
  readonly #options: FastPathOptions;
  #served = 0;

  constructor(options: FastPathOptions) {
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
    const attempt: Attempt = request.method === 'GET' ? {} : { body: await readBody(request) };
    const served = await this.#serve(request, response, attempt).catch(() => false);
    // Once it is destroyed, nobody waits for the answer
    if (!served && !response.destroyed) this.#options.rest(request, response, { attempt });
  }

  #isUsual({ method, url = '', headers }: IncomingMessage): boolean {
    if (!isJson(acceptedType(headers.accept))) return false;
    const length = Number(headers['content-length']);
    if (method === 'GET') return getEndpoint.test(url) && !(length > 0) && headers['transfer-encoding'] === undefined;
    return (
      method === 'POST' &&
      postEndpoint.test(url) &&
      length > 0 &&
      length <= this.#options.maxBodyBytes &&
      headers['content-encoding'] === undefined
    );
  }

  /** Whether the request was answered. Records in `attempt` what `rest` must not repeat. */
  async #serve(request: IncomingMessage, response: ServerResponse, attempt: Attempt): Promise<boolean> {
    const line = lineOf(request);
    if (problemOf(line, this.#options)) return false;
    const params = await this.#paramsOf(request, line, attempt);
    if (params.extensions?.plan === true) return false;
    if (params.query !== undefined && !this.#options.known.get(params.query)) return false;
    const head = headOf({ ...line, signal: signalOf(response) }, request, this.#options);
    const document = await this.#open(params, head, attempt);
    const entry = this.#options.known.get(document.text);
    if (!entry) return false;
    if (entry.declined > entry.answered) {
      // Skips the plan this once, and tries it again later: the reason may have been specific to one request
      entry.declined--;
      return false;
    }
    const operation = getOperationAST(entry.document, params.operationName);
    if (!operation || operation.operation === 'subscription') return false;
    if (line.method === 'GET' && operation.operation !== 'query') return false;
    const answer = await this.#answer(head, params, { entry, operation, document }, attempt);
    if (answer === undefined) return false;
    const text = withCost(answer.text, costOf(head, line.method, params));
    const replayed: Record<string, string> = answer.replayed ? { 'idempotency-replayed': 'true' } : {};
    this.#served++;
    await this.#send(request, response, text, { ...rateLimitHeaders(head.charge), ...replayed });
    return true;
  }

  /** Throws for parameters that are wrong, which `rest` reports. */
  async #paramsOf(request: IncomingMessage, line: RequestLine, attempt: Attempt): Promise<GraphParams> {
    const { body } = attempt;
    if (!body) return readQueryString(line.url.slice(line.url.indexOf('?') + 1), this.#options);
    if (body.length > longBody) {
      await this.#options.turns.take(this.#options.addressOf(request.socket.remoteAddress, line.headers));
    }
    attempt.content = contentOf(body);
    return readGraphParams(attempt.content, this.#options);
  }

  async #open(params: GraphParams, head: GraphHead, attempt: Attempt): Promise<OpenedDocument> {
    try {
      const document = await this.#options.gate.open(params, head);
      attempt.opened = { document, head };
      return document;
    } catch (error) {
      attempt.unopened = error;
      throw error;
    }
  }

  async #answer(
    head: GraphHead,
    { variables, operationName }: GraphParams,
    { entry, operation, document }: Found,
    attempt: Attempt,
  ): Promise<Answered | undefined> {
    const { schema, plans, onOperation } = this.#options;
    const from = performance.now();
    const args = { schema, document: entry.document, operationName, variableValues: variables ?? {} };
    const request = await admit(args, head, this.#options, document).catch((error: unknown) => {
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
      return answer.text === undefined ? undefined : { text: answer.text, replayed: request.answer.replayed };
    }
    return undefined;
  }

  async #send(
    { method, headers }: IncomingMessage,
    response: ServerResponse,
    answer: Text,
    state: Readonly<Record<string, string>>,
  ): Promise<void> {
    const cors = this.#options.cors.headersFor(headers.origin, method);
    const tag = method === 'GET' ? tagHeaders(answer, cors.vary) : undefined;
    const common = { ...cors, ...tag, ...state };
    if (tag && notModified(tag, headers['if-none-match'])) {
      response.writeHead(304, common).end();
      return;
    }
    const type = { 'content-type': `${acceptedType(headers.accept)}; charset=utf-8` };
    const encoding = acceptedEncoding(headers['accept-encoding']);
    if (encoding && answer.length >= this.#options.compressFrom) {
      const body = await compress(Buffer.from(answer), encoding);
      const vary = tag?.vary ?? varyBy(cors.vary, 'accept-encoding');
      const length = { 'content-encoding': encoding, 'content-length': body.length };
      response.writeHead(200, { ...type, ...length, ...common, vary }).end(body);
      return;
    }
    response.writeHead(200, { ...type, 'content-length': Buffer.byteLength(answer), ...common });
    // Node writes a short string together with the headers, a buffer separately
    response.end(answer.length < shortAnswer ? answer.toString() : answer);
  }
}

interface Answered {
  text: Text;
  /** Whether it is the stored answer of an Idempotency-Key. */
  replayed: boolean;
}

interface Found {
  entry: KnownDocument;
  operation: OperationDefinitionNode;
  document: OpenedDocument;
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

/** Adds the cost to an answer, which is an object of JSON. */
function withCost(answer: Text, cost: object | undefined): Text {
  if (!cost) return answer;
  const end = `,"extensions":${JSON.stringify({ cost })}}`;
  return typeof answer === 'string'
    ? answer.slice(0, -1) + end
    : Buffer.concat([answer.subarray(0, -1), Buffer.from(end)]);
}

const isJson = (accepted: Accepted): boolean => accepted !== undefined && accepted !== 'stream';

/** The parsed body; undefined if it is not JSON, which `rest` reports. */
function contentOf(body: Uint8Array): unknown {
  // Otherwise `toString` would insert replacement characters
  if (!isUtf8(body)) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
