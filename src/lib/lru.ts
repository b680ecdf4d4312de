/** A map that evicts the least recently used values when the total weight exceeds the limit. */
export class Lru<Value> {
  readonly #most: number;
  readonly #weigh: (key: string) => number;
  readonly #entries = new Map<string, { value: Value; weight: number }>();
  #weight = 0;
  #forgotten = 0;

  /** Each value weighs 1 by default; `weigh` computes a weight from the key. */
  constructor(most: number, weigh: (key: string) => number = () => 1) {
    this.#most = most;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The total weight of the kept values. */
  get weight(): number {
    return this.#weight;
  }

  /** How many values were evicted, or exceeded the limit alone. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Keeps a value, unless it alone exceeds the limit: then it evicts no other value. */
  set(key: string, value: Value, weight = this.#weigh(key)): void {
    this.#remove(key);
    if (weight > this.#most) {
      this.#forgotten++;
      return;
    }
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#most) return;
      this.#remove(oldest);
      this.#forgotten++;
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }
}
