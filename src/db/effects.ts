import type { Logger } from '../lib/logger.ts';

export type Effect = () => void | Promise<void>;

/** What is to run after a commit, in the order in which it was asked for. */
export class Effects {
  readonly #effects: Effect[] = [];

  add(effect: Effect): void {
    this.#effects.push(effect);
  }

  get count(): number {
    return this.#effects.length;
  }

  /** Forgets those that were asked for since there were so many. */
  forgetSince(count: number): void {
    this.#effects.length = count;
  }

  /** Runs them once. An error of one is logged, and keeps none of the others from running. */
  async run(logger: Logger, key: string): Promise<void> {
    for (const effect of this.#effects.splice(0)) {
      try {
        await effect();
      } catch (error) {
        logger.error({ err: error, key }, 'an effect of a commit failed');
      }
    }
  }
}
