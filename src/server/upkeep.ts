import type { Logger } from '../lib/logger.ts';

export interface UpkeepTask {
  name: string;
  everyMs: number;
  run(): Promise<unknown>;
}

/** Does small recurring work beside the requests: each task once at the start and then at its interval, never twice at once. */
export class Upkeep implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #timers: NodeJS.Timeout[];
  readonly #running = new Map<string, Promise<void>>();

  constructor(tasks: readonly UpkeepTask[], logger: Logger) {
    this.#logger = logger;
    this.#timers = tasks.map((task) => setInterval(() => this.#start(task), task.everyMs).unref());
    for (const task of tasks) this.#start(task);
  }

  /** Waits for what is running; nothing starts any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#running.values());
  }

  #start({ name, run }: UpkeepTask): void {
    if (this.#running.has(name)) return;
    const work = Promise.resolve()
      .then(run)
      .then(
        () => {},
        (error: unknown) => this.#logger.warn({ err: error, task: name }, 'upkeep failed; it is tried again'),
      )
      .finally(() => this.#running.delete(name));
    this.#running.set(name, work);
  }
}
