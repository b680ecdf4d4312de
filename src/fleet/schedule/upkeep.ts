import type { Logger } from '../../lib/logger.ts';

export interface UpkeepTask {
  name: string;
  everyMs: number;
  run(): Promise<unknown>;
}

/** The outcome of a task's runs. */
export interface TaskState {
  done: number;
  failed: number;
  lastMs: number;
  /** Milliseconds since the epoch; 0 if none succeeded. */
  lastDoneAt: number;
}

/** Runs small recurring tasks: each once at the start and then at its interval, never twice at once. */
export class Upkeep implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #timers: NodeJS.Timeout[];
  readonly #running = new Map<string, Promise<void>>();
  readonly #states = new Map<string, TaskState>();

  constructor(tasks: readonly UpkeepTask[], logger: Logger) {
    this.#logger = logger;
    this.#timers = tasks.map((task) => setInterval(() => this.#start(task), task.everyMs).unref());
    for (const task of tasks) this.#start(task);
  }

  /** The states of the tasks by name. */
  states(): ReadonlyMap<string, Readonly<TaskState>> {
    return this.#states;
  }

  /** Waits for running tasks; no task starts any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#running.values());
  }

  #start({ name, run }: UpkeepTask): void {
    if (this.#running.has(name)) return;
    const state = this.#states.get(name) ?? { done: 0, failed: 0, lastMs: 0, lastDoneAt: 0 };
    this.#states.set(name, state);
    const from = performance.now();
    const work = Promise.resolve()
      .then(run)
      .then(
        () => {
          state.done++;
          state.lastDoneAt = Date.now();
        },
        (error: unknown) => {
          state.failed++;
          this.#logger.warn({ err: error, task: name }, 'a background task failed and will be retried');
        },
      )
      .finally(() => {
        state.lastMs = performance.now() - from;
        this.#running.delete(name);
      });
    this.#running.set(name, work);
  }
}
