import type { MessageRecord } from './records.ts';

/** The moment that the newest message of a channel names, and the one that it was given. */
interface Moment {
  named: number;
  given: number;
}

/**
 * What a message is among those before it in its file. References are made unique, times strictly rising within a
 * millisecond, and the first message of a conversation becomes the parent of the others. All of it follows from the
 * file alone, so that every import of it gives the same.
 */
export class Conversations {
  /** By channel and conversation: the reference of the first message. */
  readonly #parents = new Map<string, string>();
  readonly #newest = new Map<string, Moment>();
  #time = Number.NaN;
  #sameTime = new Map<string, number>();

  place(message: MessageRecord): MessageRecord {
    const reference = this.#unique(message);
    return { ...message, reference, parentReference: this.#parent(message, reference), sentAt: this.#moment(message) };
  }

  /** Of messages with one reference at one time, the second gets `#2`, and so on. */
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

  /** A channel's messages each have a later time than the one before: a file may have several in a millisecond. */
  #moment({ channelReference, sentAt }: MessageRecord): Date {
    const named = sentAt.getTime();
    const before = this.#newest.get(channelReference);
    const given = before && before.named <= named && named <= before.given ? before.given + 1 : named;
    this.#newest.set(channelReference, { named, given });
    return new Date(given);
  }
}
