import { AppError } from '../../lib/errors.ts';

const mostAtOnce = 4;
const retryAfter = 10;

/** Limits the imports that run in this process at once: one for each organization, and a few in all. */
export class RunningImports {
  readonly #organizations = new Set<string>();

  /** Throws RATE_LIMITED if a limit is reached. */
  take(organizationId: string): Disposable {
    if (this.#organizations.has(organizationId) || this.#organizations.size >= mostAtOnce) {
      throw new AppError('RATE_LIMITED', 'Another import is running; try again later', { retryAfter });
    }
    this.#organizations.add(organizationId);
    return { [Symbol.dispose]: () => this.#organizations.delete(organizationId) };
  }
}
