import { AppError } from './errors.ts';

/** Lets a bounded number of tasks run at once and a bounded number wait; further tasks are refused at once. */
export class Semaphore {
  #free: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];

  constructor(permits: number, maxWaiting: number) {
    this.#free = permits;
    this.#maxWaiting = maxWaiting;
  }

  /** Whether further tasks would be refused. */
  get isFull(): boolean {
    return this.#free === 0 && this.#waiting.length >= this.#maxWaiting;
  }

  /** Runs the task as soon as there is room. Throws UNAVAILABLE when too many are waiting already. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await task();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free--;
      return undefined;
    }
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new AppError('UNAVAILABLE', 'The server is busy', { retryAfter: 1 });
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Passes the permit to the longest waiting task, so that no task can overtake it. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
