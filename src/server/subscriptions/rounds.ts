import { outsideRequests } from '../../lib/request-context.ts';

/** In how many groups those who wait are called. */
const groups = 20;

/** Calls many back after the same time, with one timer for all of them. */
export class Rounds {
  readonly #groups: readonly Set<() => void>[] = Array.from({ length: groups }, () => new Set<() => void>());
  readonly #everyMs: number;
  #current = 0;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(periodMs: number) {
    this.#everyMs = periodMs / groups;
  }

  /** Calls back once, when the period has passed, unless the result is called before. */
  after(call: () => void): () => void {
    const group = this.#groups[this.#current]!;
    group.add(call);
    this.#waiting++;
    this.#timer ??= outsideRequests(() => setInterval(() => this.#turn(), this.#everyMs).unref());
    return () => {
      if (group.delete(call)) this.#waiting--;
    };
  }

  #turn(): void {
    this.#current = (this.#current + 1) % groups;
    const group = this.#groups[this.#current]!;
    const calls = [...group];
    group.clear();
    this.#waiting -= calls.length;
    for (const call of calls) call();
    if (this.#waiting > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
