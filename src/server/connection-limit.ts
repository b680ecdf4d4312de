import type { Socket } from 'node:net';
import type { Logger } from '../lib/logger.ts';

/** The network of an address: IPv4 addresses themselves, the /64 of IPv6 addresses, which belongs to one client. */
export function networkOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  const [head = '', tail] = address.split('::', 2);
  const [first, last] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first!.length - last!.length)).fill('0');
  return `${[...first!, ...zeros, ...last!].slice(0, 4).join(':')}::/64`;
}

const reportEveryMs = 60_000;

/** Counts open connections by network, and closes those beyond the limit. */
export class ConnectionLimit {
  readonly #most: number;
  readonly #logger: Logger;
  readonly #open = new Map<string, number>();
  #refused = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(most: number, logger: Logger) {
    this.#most = most;
    this.#logger = logger;
  }

  readonly take = (socket: Socket): void => {
    const network = networkOf(socket.remoteAddress ?? '');
    const open = this.#open.get(network) ?? 0;
    if (open >= this.#most) {
      socket.destroy();
      this.#report(network);
    } else {
      this.#open.set(network, open + 1);
      socket.once('close', () => this.#release(network));
    }
  };

  #release(network: string): void {
    const open = this.#open.get(network)! - 1;
    if (open > 0) this.#open.set(network, open);
    else this.#open.delete(network);
  }

  /** Logs at most once a minute, since a client can cause any number of refusals. */
  #report(network: string): void {
    this.#refused++;
    const now = performance.now();
    if (now - this.#reportedAt < reportEveryMs) return;
    this.#logger.warn({ network, refused: this.#refused, most: this.#most }, 'too many connections from one address');
    this.#reportedAt = now;
    this.#refused = 0;
  }
}
