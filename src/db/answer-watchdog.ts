/** Notices that a server has stopped answering, so that its callers do not wait forever. */
export class AnswerWatchdog {
  /** How long an answer may take, in milliseconds; 0 for no limit. */
  patienceMs: number;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** The delay that the timer was set with. */
  #watchedMs = 0;

  constructor(patienceMs: number, onSilence: () => void) {
    this.patienceMs = patienceMs;
    this.#onSilence = onSilence;
  }

  /** Restarts the timer: at every statement, and at every answer while more are due. */
  restart(): void {
    // Creating a timer for each statement would cost more than everything else this connection does for it
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
    this.#onSilence();
  };
}
