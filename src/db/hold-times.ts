const weight = 1 / 32;
const longestMs = 250;
const turns = 4;
const leastMs = 4;
const mostMs = 100;

/** How long sessions hold their slots of late, and so how long it is worth waiting for a certain one. */
export class HoldTimes {
  #averageMs = 2;

  add(ms: number): void {
    this.#averageMs += weight * (Math.min(ms, longestMs) - this.#averageMs);
  }

  /**
   * How long a session waits for a slot that knows its key, before it makes do with a stranger, which has to load the
   * key's tables and plan its statements: as long as a few sessions take. Milliseconds.
   */
  get patienceMs(): number {
    return Math.min(Math.max(turns * this.#averageMs, leastMs), mostMs);
  }
}
