import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql';
import { type Context, handleProtocols, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { maskError, requestError } from '../../graphql/execute/mask-error.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { asRequest } from '../../lib/request-context.ts';
import { answerOnSocket } from '../broken-requests.ts';
import type { Cors } from '../cors.ts';
import { type ParamsOptions, readGraphParams } from '../graph-params.ts';
import type { KnownDocuments } from '../known-documents.ts';
import type { DocumentGate } from '../request/document-gate.ts';
import { type GraphHead, type HeadOptions, headersOf } from '../request/head.ts';
import type { RequestReader } from '../request/request-reader.ts';
import type { RequestRulesOptions } from '../request/rules.ts';
import { longBody, type Turns } from '../request/turns.ts';
import { checkTarget } from '../routes/check-request.ts';
import { securityHeaders } from '../routes/security-headers.ts';
import { isSameOrigin } from '../same-origin.ts';
import type { Yoga } from '../yoga.ts';
import type { FollowedChanges } from './followed-changes.ts';
import { formatted, sentResult } from './frame-text.ts';
import type { Handshakes } from './handshakes.ts';
import { mostSubscriptions, type SubscriptionLimits } from './limits.ts';
import { socketHead } from './socket-head.ts';
import { SocketOutbox } from './socket-outbox.ts';
import type { EndReason } from './subscription-meter.ts';
import type { Subscriptions } from './subscriptions.ts';

interface WebSocketsOptions extends HeadOptions, ParamsOptions, RequestRulesOptions {
  reader: RequestReader;
  gate: DocumentGate;
  subscriptions: Subscriptions;
  yoga: Yoga;
  known: KnownDocuments;
  cors: Cors;
  turns: Turns;
  maxBodyBytes: number;
  handshakes: Handshakes;
  subscriptionLimits: SubscriptionLimits;
  /** Aborts when the server stops: then clients are told to connect again. */
  ending: AbortSignal;
  logger: Logger;
}

interface Opened {
  socket: WebSocket;
  /** The address of the client, in whose turn its work is done (request/turns.ts). */
  caller: string;
  request: IncomingMessage;
  head: GraphHead | undefined;
  /** Subscriptions that are being admitted. */
  admitting: number;
  /** The subscriptions of the socket; those that have ended are forgotten with the next one. */
  followed: Set<FollowedChanges>;
}

type SocketContext = Context<Record<string, unknown> | undefined, Opened>;

/** Close codes of our own, beside those of graphql-transport-ws. */
export const closeCodes = { restart: 1012, busy: 1013, forbidden: 4403, slow: 4413, tooMany: 4429 } as const;

/**
 * Subscriptions over WebSocket, in the protocol graphql-transport-ws. The sender is found when the socket opens and
 * again for each frame. Queries and mutations are refused: they go over HTTP. A socket has no more subscriptions than a
 * member, and its next frame is read only when the last one was sent.
 */
export class WebSockets {
  readonly #options: WebSocketsOptions;
  readonly #sockets: WebSocketServer;
  readonly #protocol: Server<Opened>;
  readonly #followed = new WeakMap<WebSocket, ReadonlySet<FollowedChanges>>();

  constructor(options: WebSocketsOptions) {
    this.#options = options;
    this.#sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: options.maxBodyBytes,
      handleProtocols,
    });
    this.#protocol = makeServer<Record<string, unknown> | undefined, Opened>({
      onConnect: (context) => this.#connect(context),
      onSubscribe: (context, _id, payload) => this.#subscribe(context, payload),
      subscribe: ({ contextValue }) => contextValue as ReturnType<Subscriptions['start']>,
      onNext: (_context, _id, _payload, _args, result) => sentResult(result as ExecutionResult),
      onError: (_context, _id, _payload, errors) => errors.map(formatted),
    });
    options.ending.addEventListener('abort', () => this.#closeAll());
  }

  /** Answers a request for a WebSocket, or refuses it. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, first: Buffer): void => {
    // Node leaves the connection without a listener, and an error without one would end the process
    socket.on('error', () => socket.destroy());
    try {
      this.#requireAllowed(request);
      this.#sockets.handleUpgrade(request, socket, first, (opened) => this.#opened(opened, request));
    } catch (error) {
      const known = error instanceof AppError ? error : new AppError('BAD_INPUT', 'This is not a WebSocket handshake');
      answerOnSocket(socket, known, securityHeaders('data', this.#options.secureCookies));
    }
  };

  /** Throws BAD_INPUT and FORBIDDEN. Browsers open sockets for any page, so the origin has to be one of ours. */
  #requireAllowed(request: IncomingMessage): void {
    const { isOurs, cors, ending } = this.#options;
    checkTarget(request);
    const { host = null, origin } = request.headers;
    if (!isOurs(host)) throw new AppError('FORBIDDEN', 'This server does not accept that Host header');
    const isKnown = origin === undefined || 'access-control-allow-origin' in cors.headersFor(origin, 'GET');
    if (!isKnown && !isSameOrigin(headersOf(request))) throw new AppError('FORBIDDEN', 'Another site sent this');
    if (ending.aborted) throw new AppError('UNAVAILABLE', 'The server is stopping', { retryAfter: 1 });
    this.#options.handshakes.requireRoom();
  }

  #opened(socket: WebSocket, request: IncomingMessage): void {
    const { logger, turns, addressOf } = this.#options;
    const caller = addressOf(request.socket.remoteAddress, headersOf(request));
    const fail = (error: unknown): void => {
      logger.error({ err: error }, 'a message of a WebSocket failed');
      socket.close(4500, 'Internal server error');
    };
    const followed = new Set<FollowedChanges>();
    this.#followed.set(socket, followed);
    const outbox = new SocketOutbox(socket, {
      limits: this.#options.subscriptionLimits,
      closeCode: closeCodes.slow,
      onCut: () => endAll(followed, 'slow'),
    });
    const closed = this.#protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => outbox.send(text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) => {
          socket.on('message', (data) => {
            const text = String(data);
            const turn = text.length > longBody ? turns.take(caller) : undefined;
            asRequest(async () => {
              await turn;
              await handle(text);
            }).catch(fail);
          });
        },
      },
      { socket, caller, request, head: undefined, admitting: 0, followed },
    );
    const stopBeating = beat(socket, this.#options.subscriptionLimits);
    socket.on('error', () => socket.terminate());
    socket.once('close', (code, reason) => {
      stopBeating();
      closed(code, String(reason)).catch(fail);
    });
  }

  /** Finds the sender before anything is accepted; each subscription finds it again. */
  async #connect({ connectionParams, extra }: SocketContext): Promise<boolean> {
    const head = socketHead(extra.request, connectionParams, this.#options);
    try {
      const { reader, handshakes } = this.#options;
      const { viewer } = await handshakes.run(extra.caller, () => reader.resolve(head));
      if (!viewer) throw new AppError('UNAUTHENTICATED', 'Send `authorization` in the connection parameters');
      extra.head = head;
      return true;
    } catch (error) {
      const { extensions } = requestError(error, this.#options.logger);
      const isBusy = extensions.code === 'UNAVAILABLE';
      extra.socket.close(isBusy ? closeCodes.busy : closeCodes.forbidden, String(extensions.code));
      return false;
    }
  }

  async #subscribe({ extra }: SocketContext, payload: SubscribePayload) {
    if (extra.admitting >= mostSubscriptions.member) {
      extra.socket.close(closeCodes.tooMany, 'RATE_LIMITED');
      return [requestError(tooMany(), this.#options.logger)];
    }
    extra.admitting++;
    try {
      return await this.#start(extra, payload);
    } catch (error) {
      return [requestError(error, this.#options.logger)];
    } finally {
      extra.admitting--;
    }
  }

  async #start({ request, head, caller, followed }: Opened, payload: SubscribePayload) {
    const { gate, subscriptions, yoga, known, turns, logger } = this.#options;
    const params = readGraphParams(payload, this.#options);
    const opened = await gate.open(params, head!);
    if (!known.get(opened.text)) await turns.take(caller);
    const { schema, parse, validate } = yoga.getEnveloped({ req: request } as never);
    const document = parse(opened.text);
    const errors = validate(schema, document) as readonly GraphQLError[];
    if (errors.length > 0) return errors.map((error) => maskError(error, logger));
    const args = { schema, document, operationName: params.operationName, variableValues: params.variables };
    requireSubscription(args);
    const started = await subscriptions.start(args, head!, opened, 'websocket');
    for (const each of followed) if (each.isOver) followed.delete(each);
    followed.add(started);
    return { ...args, contextValue: started };
  }

  /** One by one, so that the clients do not come back together. */
  #closeAll(): void {
    for (const socket of this.#sockets.clients) {
      setTimeout(() => {
        // Before its subscriptions end, which would tell the client that they are complete
        socket.close(closeCodes.restart, 'The server is stopping');
        endAll(this.#followed.get(socket) ?? [], 'restart');
      }, Math.random() * this.#options.subscriptionLimits.restartSpreadMs);
    }
  }
}

function endAll(followed: Iterable<FollowedChanges>, reason: EndReason): void {
  for (const each of followed) each.end(reason);
}

const tooMany = (): AppError => new AppError('RATE_LIMITED', 'There are too many subscriptions: end others first');

/** Throws BAD_INPUT. */
function requireSubscription({ document, operationName }: Pick<ExecutionArgs, 'document' | 'operationName'>): void {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw badInput('Name one of the operations of the document', 'operationName');
  if (operation.operation !== 'subscription') throw badInput('Send queries and mutations over HTTP', 'query');
}

/** Ends connections whose client no longer answers. Returns a function that stops to check. */
function beat(socket: WebSocket, { keepAliveMs }: Pick<SubscriptionLimits, 'keepAliveMs'>): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, keepAliveMs).unref();
  return () => clearInterval(timer);
}
