import type { WebSocket } from 'ws';
import type { SubscriptionLimits } from './limits.ts';

/** What it needs of a WebSocket. */
type Sending = Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'OPEN' | 'send' | 'close' | 'terminate'>;

interface OutboxOptions {
  limits: Pick<SubscriptionLimits, 'bufferedBytes' | 'frameMs' | 'lingerMs'>;
  /** The code that the socket is closed with. */
  closeCode: number;
  /** Called once, when the client is cut off. */
  onCut(): void;
}

/**
 * Sends texts over a WebSocket, and cuts off a client that does not read them: when too many bytes wait for it, or when
 * one text waits for too long.
 */
export class SocketOutbox {
  readonly #socket: Sending;
  readonly #options: OutboxOptions;
  #isCut = false;

  constructor(socket: Sending, options: OutboxOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Resolves when the text has left for the client. */
  send(text: string): Promise<void> {
    const socket = this.#socket;
    const { limits } = this.#options;
    if (socket.bufferedAmount > limits.bufferedBytes) this.#cut();
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    const slow = setTimeout(() => this.#cut(), limits.frameMs).unref();
    return new Promise((resolve) => {
      // When sending fails, the socket is closed, which ends its subscriptions
      socket.send(text, () => {
        clearTimeout(slow);
        resolve();
      });
    });
  }

  #cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#socket.close(this.#options.closeCode, 'SLOW_CONSUMER');
    // What waits for the client, and the close frame behind it, may never leave
    setTimeout(() => this.#socket.terminate(), this.#options.limits.lingerMs).unref();
    this.#options.onCut();
  }
}
