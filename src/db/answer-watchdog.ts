/** Gives up a connection whose server vanished without a word: it must not keep its callers waiting. */
export class AnswerWatchdog {
  /** How long an answer may take; milliseconds, 0 for no limit. */
  patienceMs: number;
  readonly #lose: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** How long the timer was set for. */
  #watchedMs = 0;

  constructor(patienceMs: number, lose: () => void) {
    this.patienceMs = patienceMs;
    this.#lose = lose;
  }

  /** Waits from now on: for every statement and every answer, while others are awaited. */
  restart(): void {
    // Set anew each time, a timer costs more than all else that is done for a statement here
    if (this.#timer && this.#watchedMs === this.patienceMs) {
      this.#timer.refresh();
      return;
    }
    this.stop();
    this.#watchedMs = this.patienceMs;
    if (this.patienceMs !== 0) this.#timer = setTimeout(this.#expire, this.patienceMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #expire = (): void => {
    this.#timer = undefined;
    this.#lose();
  };
}
