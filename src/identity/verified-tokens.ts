/**
 * A cache of verified tokens and their claims, until they expire: verifying a signature takes longer than the rest of a
 * small request. Bounded; evicts the least recently used token.
 */
export class VerifiedTokens<Claims extends { expiresAt: Date }> {
  readonly #entries = new Map<string, Claims>();
  readonly #capacity: number;

  constructor(capacity = 25_000) {
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
