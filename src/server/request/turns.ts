/** Bytes of a body that takes milliseconds to read as JSON. */
export const longBody = 65_536;

/**
 * Lets work that holds up the event loop for milliseconds run one piece at a time: everything else that waits is served
 * between two pieces, and callers take turns, however many pieces each of them has.
 */
export class Turns {
  /** By caller; whose turn is next comes first. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #running = false;

  /** Resolves when the caller may do one piece, before it next waits for anything but promises already settled. */
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

  /** Node serves sockets before it runs what an immediate has scheduled by `setImmediate`. */
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
