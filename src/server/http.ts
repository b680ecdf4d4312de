import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '../lib/errors.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import { answerBrokenRequest, answerLate } from './broken-requests.ts';
import { ConnectionLimit } from './connection-limit.ts';
import type { HttpLimits } from './http-limits.ts';
import type { Upgrade } from './routes/route.ts';
import type { Router } from './routes/router.ts';
import { Transfers } from './transfers.ts';

export interface HttpOptions {
  router: Router;
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** How long running requests may take to finish when the server stops. */
  graceMs: number;
  limits?: HttpLimits;
  logger?: Logger;
}

export const defaultHttpLimits: HttpLimits = {
  headersMs: 30_000,
  bodyMs: 30_000,
  bytesPerSecond: 1_000,
  connections: 10_000,
  connectionsPerAddress: 500,
};

/**
 * Connections that may wait to be accepted. With Node's 511, clients that come back all at once would believe that they
 * are connected, and wait for a minute.
 */
const backlog = 4_096;

/** A listening HTTP server. Closing it lets running requests finish. */
export class HttpServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #transfers: Transfers;
  readonly #graceMs: number;
  /** Connections that are WebSockets now. */
  readonly #upgraded = new Set<Duplex>();
  #closed: Promise<void> | undefined;

  private constructor(server: Server, transfers: Transfers, graceMs: number) {
    this.#server = server;
    this.#transfers = transfers;
    this.#graceMs = graceMs;
    server.on('upgrade', (_request, socket) => {
      this.#upgraded.add(socket);
      socket.once('close', () => this.#upgraded.delete(socket));
    });
  }

  /** Throws CONFIG_INVALID when it cannot listen on the address. */
  static async listen(options: HttpOptions): Promise<HttpServer> {
    const { host, port, graceMs, limits = defaultHttpLimits, logger = silentLogger } = options;
    const transfers = new Transfers(limits, answerLate);
    const server = limitedServer(options.router, transfers, limits, logger);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen({ port, host, backlog }, resolve);
    try {
      await promise;
    } catch (error) {
      transfers[Symbol.dispose]();
      const { code } = error as NodeJS.ErrnoException;
      throw new AppError(
        'CONFIG_INVALID',
        `Cannot listen on ${host}:${port} (${code}): set HOST and PORT`,
        {},
        { cause: error },
      );
    }
    server.removeListener('error', reject);
    // For example, no file descriptor is left for a connection. Without a listener the error would end the process
    server.on('error', (error) => logger.error({ err: error }, 'a connection could not be accepted'));
    return new HttpServer(server, transfers, graceMs);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Refuses new connections, lets running requests finish within `graceMs`, then closes the remaining connections. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => {
      this.#server.closeAllConnections();
      for (const socket of this.#upgraded) socket.destroy();
    }, this.#graceMs);
    await closed;
    clearTimeout(cut);
    this.#transfers[Symbol.dispose]();
  }
}

/** The handler of a WebSocket handshake; undefined for other requests, and where there are no WebSockets. */
const upgradeOf = (router: Router, { url = '', headers }: IncomingMessage): Upgrade | undefined =>
  headers.upgrade?.toLowerCase() === 'websocket' ? router.routeOf(url)?.upgrade : undefined;

/** A server that limits connections, headers, bodies and answers. */
function limitedServer(router: Router, transfers: Transfers, limits: HttpLimits, logger: Logger): Server {
  const listener: RequestListener = (request, response) => {
    transfers.watch(request, response, router.routeOf(request.url ?? '')?.body ?? 'none');
    router.handler(request, response);
  };
  const options = {
    headersTimeout: limits.headersMs,
    // `Transfers` limits the time of bodies, by route
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1_000, limits.headersMs / 2),
    shouldUpgradeCallback: (request: IncomingMessage) => upgradeOf(router, request) !== undefined,
  };
  const server = createServer(options, listener);
  server.maxConnections = limits.connections;
  if (limits.connectionsPerAddress !== undefined) {
    server.on('connection', new ConnectionLimit(limits.connectionsPerAddress, logger).take);
  }
  server.on('clientError', answerBrokenRequest);
  server.on('upgrade', (request, socket, first) => upgradeOf(router, request)!(request, socket, first));
  // With `Expect: 100-continue`, a client is told to continue only if its body is within the limit
  server.on('checkContinue', (request, response) => {
    if (!router.isTooLong(request)) response.writeContinue();
    listener(request, response);
  });
  return server;
}
