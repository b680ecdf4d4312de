import { AppError } from '../../lib/errors.ts';

const mostAtOnce = 4;
const retryAfter = 10;

/** Bounds the imports that this process does at once: one of each organization, and few of all. */
export class RunningImports {
  readonly #organizations = new Set<string>();

  /** Throws RATE_LIMITED when there is no room. */
  take(organizationId: string): Disposable {
    if (this.#organizations.has(organizationId) || this.#organizations.size >= mostAtOnce) {
      throw new AppError('RATE_LIMITED', 'Another import is going on; try again later', { retryAfter });
    }
    this.#organizations.add(organizationId);
    return { [Symbol.dispose]: () => this.#organizations.delete(organizationId) };
  }
}
