import type { Viewer } from '../identity/viewer.ts';

/**
 * People of one organization with the same rights who wait for the same answer. It is made for the first of them. What
 * is decided for each person, such as which rows it sees, is decided for all of them together: whoever it was decided
 * for as for the first can be given the first one's answer.
 */
export class Fellows {
  readonly viewers: readonly Viewer[];
  #decisions: string[];

  constructor(viewers: readonly Viewer[]) {
    this.viewers = viewers;
    this.#decisions = viewers.map(() => '');
  }

  /** Keeps a decision for each of the viewers. */
  decided(decisions: readonly string[]): void {
    this.#decisions = this.#decisions.map((before, n) => `${before}\n${decisions[n]}`);
  }

  /** The positions of those for whom everything was decided alike; the first one's group is the first. */
  get groups(): number[][] {
    return [...Map.groupBy(this.viewers.keys(), (n) => this.#decisions[n]).values()];
  }
}
