import { tablesBytes } from './backend-memory.ts';

/** Memory for a key without prepared statements: its role and its schema. */
const leastBytes = 16 * 1024;

interface Seen {
  /** How many keys were served before it. */
  rank: number;
  /** Total bytes of all statements ever prepared for it. */
  statements: number;
  bytes: number;
}

/** The keys that a connection has served, and the memory that its backend keeps for their tables until it ends. */
export class BackendMemoryEstimate {
  readonly #seen = new Map<string, Seen>();
  #bytes = 0;

  get size(): number {
    return this.#seen.size;
  }

  /** Estimated memory in the backend. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many keys were served before this one; undefined if it was never served. */
  rankOf(key: string): number | undefined {
    return this.#seen.get(key)?.rank;
  }

  /** Records that the connection serves the key. */
  serve(key: string): void {
    if (this.#seen.has(key)) return;
    this.#seen.set(key, { rank: this.#seen.size, statements: 0, bytes: leastBytes });
    this.#bytes += leastBytes;
  }

  /** Records that a statement of `bytes` bytes was prepared for the key. */
  prepare(key: string, bytes: number): void {
    this.serve(key);
    const seen = this.#seen.get(key)!;
    seen.statements += bytes;
    const now = leastBytes + tablesBytes(seen.statements);
    this.#bytes += now - seen.bytes;
    seen.bytes = now;
  }
}
