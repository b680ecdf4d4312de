import { createHash } from 'node:crypto';
import type { Viewer } from '../identity/viewer.ts';

/**
 * What is decided for each of several viewers with the same rights, such as which rows it sees, while an answer is made
 * for the first of them. Viewers with the same decisions as the first get its answer.
 */
export class SharedDecisions {
  readonly viewers: readonly Viewer[];
  #digests: string[];

  constructor(viewers: readonly Viewer[]) {
    this.viewers = viewers;
    this.#digests = viewers.map(() => '');
  }

  /** Records a decision for each of the viewers. */
  record(decisions: readonly string[]): void {
    this.#digests = this.#digests.map((before, n) =>
      createHash('sha256').update(before).update(decisions[n]!).digest('base64url'),
    );
  }

  /** The positions of viewers with the same decisions; the group of the first viewer comes first. */
  get groups(): number[][] {
    return [...Map.groupBy(this.viewers.keys(), (n) => this.#digests[n]).values()];
  }
}
