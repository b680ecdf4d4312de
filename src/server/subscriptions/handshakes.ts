import { AppError } from '../../lib/errors.ts';
import { Semaphore } from '../../lib/semaphore.ts';
import type { Turns } from '../request/turns.ts';
import type { SubscriptionLimits } from './limits.ts';

interface HandshakesOptions extends Pick<SubscriptionLimits, 'handshakes' | 'waitingHandshakes'> {
  turns: Turns;
}

/** Seconds after which refused clients may try again: different ones, so that they do not come back together. */
const retryWithin = 5;

/**
 * Paces those who begin to follow. After a restart all clients come back at once: few of them are admitted at a time,
 * in the order of their arrival, and other requests are served in between.
 */
export class Handshakes {
  readonly #semaphore: Semaphore;
  readonly #turns: Turns;

  constructor({ handshakes, waitingHandshakes, turns }: HandshakesOptions) {
    this.#semaphore = new Semaphore(handshakes, waitingHandshakes);
    this.#turns = turns;
  }

  /** Runs a handshake of an address when its turn comes. Throws UNAVAILABLE when too many are waiting. */
  run<T>(address: string, handshake: () => Promise<T>): Promise<T> {
    this.requireRoom();
    return this.#semaphore.run(async () => {
      await this.#turns.take(address);
      return handshake();
    });
  }

  /** Throws UNAVAILABLE when too many are waiting. */
  requireRoom(): void {
    if (!this.#semaphore.isFull) return;
    const retryAfter = 1 + Math.floor(Math.random() * retryWithin);
    throw new AppError('UNAVAILABLE', 'Too many clients connect at the same time', { retryAfter });
  }
}
