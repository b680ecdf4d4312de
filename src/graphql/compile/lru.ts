/** A bounded map that forgets what was not asked for the longest. */
export class Lru<Value> {
  readonly #most: number;
  readonly #values = new Map<string, Value>();
  #forgotten = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#values.size;
  }

  /** How many values were forgotten to make room. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#most) return;
    const [oldest] = this.#values.keys();
    this.#values.delete(oldest!);
    this.#forgotten++;
  }
}
