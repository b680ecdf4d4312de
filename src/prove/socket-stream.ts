import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type FollowedStream, frameWithinMs, type OpenStream } from './followed-stream.ts';

/** A subscription over WebSocket, in the protocol graphql-transport-ws. */
export class SocketStream implements FollowedStream {
  readonly #socket: WebSocket;
  text = '';

  private constructor(socket: WebSocket, subscribe: string) {
    this.#socket = socket;
    socket.on('error', () => socket.terminate());
    socket.on('close', (code, reason) => this.#add(`closed ${code} ${reason}`));
    socket.on('message', (data) => {
      const text = String(data);
      this.#add(text);
      if (text.includes('"connection_ack"')) socket.send(subscribe);
    });
  }

  /** The headers become the parameters of the connection, as a browser sends them. */
  static readonly open: OpenStream = async ({ socketUrl }, headers, operation) => {
    const socket = new WebSocket(socketUrl!, 'graphql-transport-ws');
    const subscribe = JSON.stringify({ id: '1', type: 'subscribe', payload: operation });
    const stream = new SocketStream(socket, subscribe);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: headers }));
    return stream;
  };

  async until(...expected: readonly string[]): Promise<boolean> {
    const isThere = () => expected.some((each) => this.text.includes(each));
    while (!isThere() && this.#socket.readyState !== WebSocket.CLOSED) {
      const late = AbortSignal.timeout(frameWithinMs);
      const next = await Promise.race([
        once(this.#socket, 'message', { signal: late }),
        once(this.#socket, 'close'),
      ]).catch(() => undefined);
      if (!next) break;
    }
    return isThere();
  }

  async close(): Promise<void> {
    this.#socket.terminate();
  }

  #add(text: string): void {
    this.text += `${text}\n`;
  }
}
