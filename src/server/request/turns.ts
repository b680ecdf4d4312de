/** The size in bytes from which parsing a body as JSON takes milliseconds. */
export const longBody = 65_536;

/**
 * Schedules work that blocks the event loop for milliseconds: one piece at a time, with other events served between two
 * pieces. Callers take turns, however many pieces each of them has.
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
    setImmediate(this.#next);
    piece();
  };
}
