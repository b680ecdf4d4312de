/** The share of the newest value in the moving average. */
const weight = 1 / 32;
/** Longer times count as this, so that a single long session does not raise the average much. */
const longestMs = 250;
/** A session waits as long as this many average sessions take, within these bounds. */
const turns = 4;
const leastMs = 4;
const mostMs = 100;

/** The recent average of how long sessions hold their slots, and the waiting time derived from it. */
export class HoldTimes {
  #averageMs = 2;

  add(ms: number): void {
    this.#averageMs += weight * (Math.min(ms, longestMs) - this.#averageMs);
  }

  /**
   * How long a session waits for a slot that knows its key before it takes any other, which has to load the key's
   * tables and plan its statements: the duration of a few sessions. Milliseconds.
   */
  get patienceMs(): number {
    return Math.min(Math.max(turns * this.#averageMs, leastMs), mostMs);
  }
}
