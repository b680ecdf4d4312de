import type { MessageRecord } from './records.ts';

/** The newest message of a channel: its time in the file, and the time that was assigned to it. */
interface Moment {
  inFile: number;
  assigned: number;
}

/**
 * Relates messages to earlier ones of the same import: makes references unique and times strictly increasing, and makes
 * the first message of a thread the parent of the others. The result depends on the files alone, so that repeated
 * imports are equal.
 */
export class Conversations {
  /** The reference of the first message, by channel and thread. */
  readonly #parents = new Map<string, string>();
  readonly #newest = new Map<string, Moment>();
  #time = Number.NaN;
  #sameTime = new Map<string, number>();

  place(message: MessageRecord): MessageRecord {
    const reference = this.#unique(message);
    return { ...message, reference, parentReference: this.#parent(message, reference), sentAt: this.#moment(message) };
  }

  /** The second of several messages with the same reference and time gets `#2`, and so on. */
  #unique({ reference, sentAt }: MessageRecord): string {
    if (sentAt.getTime() !== this.#time) this.#sameTime.clear();
    this.#time = sentAt.getTime();
    const count = (this.#sameTime.get(reference) ?? 0) + 1;
    this.#sameTime.set(reference, count);
    return count === 1 ? reference : `${reference}#${count}`;
  }

  #parent({ channelReference, thread, parent: named }: MessageRecord, reference: string): string | null {
    if (named) return named === reference ? null : named;
    if (!thread) return null;
    const conversation = `${channelReference}\n${thread}`;
    const first = this.#parents.get(conversation);
    if (first === undefined) this.#parents.set(conversation, reference);
    return first ?? null;
  }

  /** Moves a message of the same millisecond as an earlier one of its channel to the next free millisecond. */
  #moment({ channelReference, sentAt }: MessageRecord): Date {
    const inFile = sentAt.getTime();
    const before = this.#newest.get(channelReference);
    const assigned = before && before.inFile <= inFile && inFile <= before.assigned ? before.assigned + 1 : inFile;
    this.#newest.set(channelReference, { inFile, assigned });
    return new Date(assigned);
  }
}
