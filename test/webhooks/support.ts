import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Network } from '../../src/lib/post-once.ts';

export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

type Answer = (response: ServerResponse, received: Received) => void;

/**
 * A receiver on loopback, and a network in which every name has the public address 93.184.215.14, unless `names` has
 * others, and every connection leads to the receiver.
 */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  /** Addresses that were connected to, and names that were resolved. */
  readonly connected: string[] = [];
  readonly resolved: string[] = [];
  readonly names = new Map<string, string[] | (() => string[])>();
  answer: Answer = (response) => response.end();
  readonly #server: Server;

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  readonly network: Network = {
    resolve: async (host) => {
      this.resolved.push(host);
      const known = this.names.get(host) ?? ['93.184.215.14'];
      return typeof known === 'function' ? known() : known;
    },
    connect: (address) => {
      this.connected.push(address);
      return connect({ host: '127.0.0.1', port: this.port });
    },
  };

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const received = { path: request.url!, headers: request.headers as Record<string, string>, body };
    this.received.push(received);
    this.answer(response, received);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
