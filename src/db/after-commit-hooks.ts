import type { Logger } from '../lib/logger.ts';

export type AfterCommitHook = () => void | Promise<void>;

/** Functions that run after a transaction is committed, in the order in which they were added. */
export class AfterCommitHooks {
  readonly #hooks: AfterCommitHook[] = [];

  add(hook: AfterCommitHook): void {
    this.#hooks.push(hook);
  }

  get count(): number {
    return this.#hooks.length;
  }

  /** Removes the hooks added since `count` was read. */
  truncate(count: number): void {
    this.#hooks.length = count;
  }

  /** Runs each hook once. If one throws, its error is logged and the others still run. */
  async run(logger: Logger, key: string): Promise<void> {
    for (const hook of this.#hooks.splice(0)) {
      try {
        await hook();
      } catch (error) {
        logger.error({ err: error, key }, 'an after-commit hook failed');
      }
    }
  }
}
