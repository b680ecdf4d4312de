/** Closes a connection whose server has stopped answering, so that its callers do not wait for ever. */
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

  /** Starts the wait again: at every statement, and at every answer while more are due. */
  restart(): void {
    // A new timer for each statement would cost more than the rest of this connection's work for it
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
