import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../lib/errors.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';

export interface HttpOptions {
  handler: RequestListener;
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** How long running requests may take to finish when the server goes away. */
  graceMs: number;
  logger?: Logger;
}

const isAddress = ({ url = '', headers: { host = '' } }: IncomingMessage): boolean =>
  url.startsWith('/') && URL.canParse(`http://${host}${url}`);

/** Refuses a target and a Host that make no address: the handler would answer with the stack of its error. */
function ofAddresses(handler: RequestListener): RequestListener {
  const errors = [{ message: 'Host and path make no address', extensions: { code: 'BAD_INPUT' } }];
  return (request, response) => {
    if (isAddress(request)) return handler(request, response);
    response.writeHead(400, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
    response.end(JSON.stringify({ errors }));
  };
}

/** A listening HTTP server that finishes what it began before it goes. */
export class HttpServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #graceMs: number;
  #closed: Promise<void> | undefined;

  private constructor(server: Server, graceMs: number) {
    this.#server = server;
    this.#graceMs = graceMs;
  }

  /** Throws CONFIG_INVALID when the address cannot be listened on. */
  static async listen({ handler, host, port, graceMs, logger = silentLogger }: HttpOptions): Promise<HttpServer> {
    const server = createServer(ofAddresses(handler));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen(port, host, resolve);
    try {
      await promise;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new AppError(
        'CONFIG_INVALID',
        `Cannot listen on ${host}:${port} (${code}): set HOST and PORT`,
        {},
        { cause: error },
      );
    }
    server.removeListener('error', reject);
    // Such as no file descriptor left for a connection: it fails alone; unheard, the error would end the process.
    server.on('error', (error) => logger.error({ err: error }, 'a connection could not be taken'));
    return new HttpServer(server, graceMs);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no new connections, lets running requests finish within the grace, then cuts what is left. */
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
    const cut = setTimeout(() => this.#server.closeAllConnections(), this.#graceMs);
    await closed;
    clearTimeout(cut);
  }
}
