import { shortReference } from './part-maker.ts';
import type { TimeRecord } from './records.ts';

/**
 * Makes references of time entries unique if each row is an entry: the second entry with the same reference gets the
 * suffix `#2`, and so on, in the order of the file.
 */
export class Numbering {
  readonly #isUsed: boolean;
  readonly #counts = new Map<string, number>();

  constructor(isUsed: boolean) {
    this.#isUsed = isUsed;
  }

  place(time: TimeRecord): TimeRecord {
    if (!this.#isUsed) return time;
    const count = (this.#counts.get(time.reference) ?? 0) + 1;
    this.#counts.set(time.reference, count);
    return count === 1 ? time : { ...time, reference: shortReference(`${time.reference}#${count}`) };
  }
}
