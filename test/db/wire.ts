import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

const cancelCode = 80_877_102;

/** A way to the database that can be cut, closed and slowed down: what a network does. */
export class Wire implements AsyncDisposable {
  /** The database's address by this way. */
  readonly url: string;
  /** How many cancel requests went through. */
  cancels = 0;
  /** Packets sent to the server. */
  packets = 0;
  /** Awaited before a cancel request is passed on. */
  beforeCancel: () => Promise<void> = async () => {};
  #server: Server;
  #target: { host: string; port: number };
  #sockets = new Set<Socket>();
  #silent = false;
  #garbled: [from: string, to: string] | undefined;

  private constructor(server: Server, port: number, url: URL) {
    this.#server = server;
    this.#target = { host: url.hostname, port: Number(url.port || 5432) };
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String(port);
    this.url = through.href;
    server.on('connection', (socket) => this.#join(socket));
  }

  static async to(url: string): Promise<Wire> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Wire(server, (server.address() as { port: number }).port, new URL(url));
  }

  /** Ends every connection, as a failing network would. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Refuses new connections, or takes them again. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  /** Refuses new connections, and leaves those that are. */
  refuseMore(): void {
    this.#server.close();
  }

  async reopen(): Promise<void> {
    await once(this.#server.listen(Number(new URL(this.url).port), '127.0.0.1'), 'listening');
  }

  /** Makes something else of a text that is sent to the server, once; of the same length. */
  garble(from: string, to: string): void {
    this.#garbled = [from, to];
  }

  /** Swallows everything from now on without closing anything. */
  fallSilent(): void {
    this.#silent = true;
  }

  /** Passes on what comes again. */
  speak(): void {
    this.#silent = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.close();
  }

  #join(client: Socket): void {
    const server = connect({ ...this.#target, noDelay: true });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    }
    client.once('data', (first: Buffer) => {
      const isCancel = first.length === 16 && first.readUInt32BE(4) === cancelCode;
      if (isCancel) this.cancels++;
      const passed = isCancel ? this.beforeCancel() : Promise.resolve();
      void passed.then(() => {
        this.#pass(first, server);
        client.on('data', (data: Buffer) => {
          this.packets++;
          this.#pass(this.#garble(data), server);
        });
      });
    });
    server.on('data', (data: Buffer) => this.#pass(data, client));
    client.on('end', () => server.end()).on('close', () => server.destroy());
    server.on('end', () => client.end()).on('close', () => client.destroy());
  }

  #garble(data: Buffer): Buffer {
    const at = this.#garbled ? data.indexOf(this.#garbled[0]) : -1;
    if (at < 0) return data;
    const garbled = Buffer.from(data);
    garbled.write(this.#garbled![1], at);
    this.#garbled = undefined;
    return garbled;
  }

  #pass(data: Buffer, to: Socket): void {
    if (!this.#silent) to.write(data);
  }
}
