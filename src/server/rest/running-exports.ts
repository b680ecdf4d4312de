import { AppError } from '../../lib/errors.ts';

const retryAfter = 10;

/**
 * Limits the exports that run in this process at once, because each holds a connection to the database: to a quarter of
 * the connections in all, and half of that for one organization.
 */
export class RunningExports {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #byOrganization = new Map<string, number>();
  #count = 0;

  constructor(connections: number) {
    this.#most = Math.floor(connections / 4);
    this.#mostOfOne = Math.ceil(this.#most / 2);
  }

  get count(): number {
    return this.#count;
  }

  /** Throws RATE_LIMITED if a limit is reached. */
  take(organizationId: string): Disposable {
    if (this.#most === 0) throw new AppError('UNAVAILABLE', 'Exports need a POOL_SIZE of at least 4 connections');
    const own = this.#byOrganization.get(organizationId) ?? 0;
    if (own >= this.#mostOfOne) throw busy('This organization runs as many exports as it may; try again later');
    if (this.#count >= this.#most) throw busy('Too many exports are running; try again later');
    this.#byOrganization.set(organizationId, own + 1);
    this.#count++;
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        this.#count--;
        const rest = this.#byOrganization.get(organizationId)! - 1;
        if (rest > 0) this.#byOrganization.set(organizationId, rest);
        else this.#byOrganization.delete(organizationId);
      },
    };
  }
}

const busy = (message: string): AppError => new AppError('RATE_LIMITED', message, { retryAfter });
