/** A map that forgets what was not asked for the longest, when all that it keeps weighs too much together. */
export class Lru<Value> {
  readonly #most: number;
  readonly #weigh: (key: string) => number;
  readonly #entries = new Map<string, { value: Value; weight: number }>();
  #weight = 0;
  #forgotten = 0;

  /** Each value weighs 1, unless it is said what its key makes it weigh. */
  constructor(most: number, weigh: (key: string) => number = () => 1) {
    this.#most = most;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What all that is kept weighs. */
  get weight(): number {
    return this.#weight;
  }

  /** How many values were forgotten to make room. */
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

  /** Keeps a value, unless it weighs more than all may together. */
  set(key: string, value: Value, weight = this.#weigh(key)): void {
    this.#remove(key);
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
