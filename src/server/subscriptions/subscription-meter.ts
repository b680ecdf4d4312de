import type { ErrorCode } from '../../lib/errors.ts';

export type Transport = 'sse' | 'websocket';

/**
 * Why a subscription has ended: its client left, the server stopped, the client did not read, or the code of its last
 * error.
 */
export type EndReason = 'client' | 'restart' | 'slow' | ErrorCode;

const transports: readonly Transport[] = ['sse', 'websocket'];

/** Counts the subscriptions of a process. */
export class SubscriptionMeter {
  readonly #open = new Map<Transport, number>();
  readonly #frames = new Map<Transport, number>();
  readonly #ended = new Map<Transport, Map<EndReason, number>>();

  opened(transport: Transport): void {
    increase(this.#open, transport);
  }

  sent(transport: Transport): void {
    increase(this.#frames, transport);
  }

  ended(transport: Transport, reason: EndReason): void {
    increase(this.#open, transport, -1);
    const reasons = this.#ended.get(transport) ?? new Map<EndReason, number>();
    this.#ended.set(transport, reasons);
    increase(reasons, reason);
  }

  /** Open subscriptions. */
  get open(): [Transport, number][] {
    return transports.map((transport) => [transport, this.#open.get(transport) ?? 0]);
  }

  /** Frames since the process started. */
  get frames(): [Transport, number][] {
    return transports.map((transport) => [transport, this.#frames.get(transport) ?? 0]);
  }

  /** Subscriptions that have ended since the process started. */
  get ends(): [Transport, EndReason, number][] {
    return [...this.#ended].flatMap(([transport, reasons]) =>
      [...reasons].map(([reason, count]) => [transport, reason, count] as [Transport, EndReason, number]),
    );
  }
}

const increase = <K>(counts: Map<K, number>, key: K, by = 1): void => void counts.set(key, (counts.get(key) ?? 0) + by);
