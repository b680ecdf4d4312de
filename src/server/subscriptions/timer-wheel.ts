import { outsideRequests } from '../../lib/request-context.ts';

/** Slots per period. */
const slots = 20;

/** Runs many timeouts of at most one length on a single timer, spread evenly. */
export class TimerWheel {
  readonly #slots: readonly Set<() => void>[] = Array.from({ length: slots }, () => new Set<() => void>());
  readonly #everyMs: number;
  #current = 0;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(periodMs: number) {
    this.#everyMs = periodMs / slots;
  }

  /**
   * Calls back once, at a random time within the period, so that those who begin together do not stay in step. Returns
   * a function that cancels it.
   */
  within(call: () => void): () => void {
    const slot = this.#slots[Math.floor(Math.random() * slots)]!;
    slot.add(call);
    this.#waiting++;
    this.#timer ??= outsideRequests(() => setInterval(() => this.#turn(), this.#everyMs).unref());
    return () => {
      if (slot.delete(call)) this.#waiting--;
    };
  }

  #turn(): void {
    this.#current = (this.#current + 1) % slots;
    const slot = this.#slots[this.#current]!;
    const calls = [...slot];
    slot.clear();
    this.#waiting -= calls.length;
    for (const call of calls) call();
    if (this.#waiting > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
