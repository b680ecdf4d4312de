/** The size in bytes from which a body waits for its turn: parsing it and reading its values may take milliseconds. */
export const longBody = 16_384;

/** Milliseconds. After a shorter piece the next one follows as soon as the sockets were served. */
const shortPiece = 1;
/** Milliseconds. */
const longestPause = 100;

/**
 * Schedules work that blocks the event loop for milliseconds: one piece at a time. While pieces wait, other events are
 * served after each piece for as long as it took, so that such work takes half of the time at most. Callers take turns,
 * however many pieces each of them has.
 */
export class Turns {
  /** By caller, in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #running = false;

  /** Resolves when the caller may do one piece of work, which must be done before it awaits any I/O. */
  take(caller: string): Promise<void> {
    return new Promise((resolve) => {
      const pieces = this.#waiting.get(caller);
      if (pieces) pieces.push(resolve);
      else this.#waiting.set(caller, [resolve]);
      if (this.#running) return;
      this.#running = true;
      setImmediate(this.#next);
    });
  }

  /** Node serves sockets before it runs an immediate that another immediate has scheduled. */
  readonly #next = (): void => {
    const [first] = this.#waiting;
    if (!first) {
      this.#running = false;
      return;
    }
    const [caller, pieces] = first;
    const piece = pieces.shift()!;
    this.#waiting.delete(caller);
    if (pieces.length) this.#waiting.set(caller, pieces);
    const began = performance.now();
    // The caller's work is done when the immediate runs
    setImmediate(() => this.#pause(performance.now() - began));
    piece();
  };

  #pause(tookMs: number): void {
    if (tookMs < shortPiece || this.#waiting.size === 0) this.#next();
    else setTimeout(this.#next, Math.min(tookMs, longestPause));
  }
}
