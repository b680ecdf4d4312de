/**
 * Which tenant's turn it is. Tenants with work take turns: each gets one job done, by one worker at a time, before the
 * first gets its next one. So one with many jobs, or with slow ones, delays another by one of its jobs at most.
 */
export class TurnsOfTenants {
  /** In the order of their turns. */
  readonly #waiting = new Set<string>();
  readonly #taken = new Set<string>();
  /** Those that got more work while it was their turn. */
  readonly #again = new Set<string>();

  get waiting(): number {
    return this.#waiting.size;
  }

  add(tenantId: string): void {
    if (this.#taken.has(tenantId)) this.#again.add(tenantId);
    else this.#waiting.add(tenantId);
  }

  /** The next tenant, whose turn lasts until `end`; undefined if none waits. */
  take(): string | undefined {
    const [next] = this.#waiting;
    if (next === undefined) return undefined;
    this.#waiting.delete(next);
    this.#taken.add(next);
    return next;
  }

  end(tenantId: string, hasMore: boolean): void {
    this.#taken.delete(tenantId);
    if (this.#again.delete(tenantId) || hasMore) this.#waiting.add(tenantId);
  }
}
