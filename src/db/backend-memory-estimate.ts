import { tablesBytes } from './backend-memory.ts';

/** What a key costs that prepares nothing: its role, its schema. */
const leastBytes = 16 * 1024;

interface Seen {
  /** How many were met before it. */
  place: number;
  /** Of all statements ever prepared for it. */
  statements: number;
  bytes: number;
}

/** Whom a connection has served, and what its server's side therefore remembers of their tables for good. */
export class BackendMemoryEstimate {
  readonly #seen = new Map<string, Seen>();
  #bytes = 0;

  get size(): number {
    return this.#seen.size;
  }

  /** Estimated; of the server's memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many keys were met before this one; undefined for a stranger. */
  placeOf(key: string): number | undefined {
    return this.#seen.get(key)?.place;
  }

  meet(key: string): void {
    if (this.#seen.has(key)) return;
    this.#seen.set(key, { place: this.#seen.size, statements: 0, bytes: leastBytes });
    this.#bytes += leastBytes;
  }

  /** A statement of so many bytes was prepared for the key. */
  prepare(key: string, bytes: number): void {
    this.meet(key);
    const seen = this.#seen.get(key)!;
    seen.statements += bytes;
    const now = leastBytes + tablesBytes(seen.statements);
    this.#bytes += now - seen.bytes;
    seen.bytes = now;
  }
}
