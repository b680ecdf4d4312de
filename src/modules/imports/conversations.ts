import type { MessageRecord } from './records.ts';

/** The time of a channel's newest message in the file, and the time that the message was given. */
interface Moment {
  named: number;
  given: number;
}

/**
 * Places a message among the earlier ones of its file. Makes references unique, makes times strictly increasing by
 * milliseconds, and makes the first message of a conversation the parent of the others. The result depends on the file
 * alone, so every import of it is the same.
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

  /** Each message of a channel gets a later time than the one before: a file may have several in one millisecond. */
  #moment({ channelReference, sentAt }: MessageRecord): Date {
    const named = sentAt.getTime();
    const before = this.#newest.get(channelReference);
    const given = before && before.named <= named && named <= before.given ? before.given + 1 : named;
    this.#newest.set(channelReference, { named, given });
    return new Date(given);
  }
}
