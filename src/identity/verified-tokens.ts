/**
 * Tokens whose signature has been checked, with what they say, until they expire: checking one costs more than all the
 * rest of a small request. Bounded; the one used longest ago goes first.
 */
export class VerifiedTokens<Claims extends { expiresAt: Date }> {
  readonly #entries = new Map<string, Claims>();
  readonly #capacity: number;

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(token: string, now: Date): Claims | undefined {
    const claims = this.#entries.get(token);
    if (!claims) return undefined;
    this.#entries.delete(token);
    if (claims.expiresAt <= now) return undefined;
    this.#entries.set(token, claims);
    return claims;
  }

  add(token: string, claims: Claims): void {
    if (this.#entries.size >= this.#capacity) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest!);
    }
    this.#entries.set(token, claims);
  }
}
