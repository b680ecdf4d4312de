/**
 * Waiting lines, one per key, served in turn: however long one line grows, the others wait one round at most. The order
 * of service is the insertion order of the `Map`'s keys.
 */
export class FairQueue<T> {
  #lines = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(key: string, item: T): void {
    const line = this.#lines.get(key);
    if (line) line.push(item);
    else this.#lines.set(key, [item]);
    this.#size++;
  }

  /** Takes the first item of the next accepted key. That key then moves to the end of the round. */
  take(accepts: (key: string, first: T) => boolean): { key: string; item: T } | undefined {
    for (const [key, line] of this.#lines) {
      if (!accepts(key, line[0] as T)) continue;
      const item = line.shift() as T;
      this.#lines.delete(key);
      if (line.length > 0) this.#lines.set(key, line);
      this.#size--;
      return { key, item };
    }
    return undefined;
  }

  /** Removes one item without changing the turns; false if it is not in its line. */
  remove(key: string, item: T): boolean {
    const line = this.#lines.get(key);
    const at = line?.indexOf(item) ?? -1;
    if (!line || at < 0) return false;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(key);
    this.#size--;
    return true;
  }

  /** How many items could be served now. `roomOf` returns the number of items of a key that could be served. */
  demand(roomOf: (key: string, first: T) => number): number {
    let total = 0;
    for (const [key, line] of this.#lines) total += Math.min(line.length, Math.max(0, roomOf(key, line[0] as T)));
    return total;
  }

  /** Empties the queue and returns the items, grouped by key. */
  drain(): T[] {
    const items = [...this.#lines.values()].flat();
    this.#lines.clear();
    this.#size = 0;
    return items;
  }
}
