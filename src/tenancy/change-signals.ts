import type { Listener, Notification } from '../db/listener.ts';
import { uuidv7 } from '../lib/ids.ts';
import { outsideRequests } from '../lib/request-context.ts';

/** Ids in one notification, whose text PostgreSQL limits to 8000 bytes. */
const mostIds = 150;
/** Between two notifications of one process; milliseconds. */
const pauseMs = 10;

type Handler = (organizationId: string) => void;

/**
 * Tells every process which organizations have committed changes, so that those who wait for changes look for them at
 * once. A signal is a hint: it is sent after the commit, because NOTIFY inside a transaction makes all commits of the
 * database wait for one another. It is lost when the process dies or its listener is down, so whoever waits must look
 * at intervals too.
 */
export class ChangeSignals {
  readonly #listener: Listener;
  readonly #topic: string;
  /** Recognizes the notifications of this process, whose handlers were called before. */
  readonly #sender = uuidv7();
  readonly #handlers = new Set<Handler>();
  readonly #unsent = new Set<string>();
  #isSending = false;

  /** `topic`: which changes. */
  constructor(listener: Listener, topic: 'data.changed' | 'jobs.added' = 'data.changed') {
    this.#listener = listener;
    this.#topic = topic;
    listener.on(topic, (notification) => this.#receive(notification));
  }

  /** Whether signals of other processes arrive. */
  get live(): boolean {
    return this.#listener.up;
  }

  onStateChange(handler: () => void): void {
    this.#listener.onStateChange(handler);
  }

  on(handler: Handler): void {
    this.#handlers.add(handler);
  }

  /** Call it after a transaction of the organization was committed. Does not wait. */
  committed(organizationId: string): void {
    this.#tell(organizationId);
    this.#unsent.add(organizationId);
    if (!this.#isSending) outsideRequests(() => void this.#send());
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    const ids = [...this.#unsent].slice(0, mostIds);
    for (const id of ids) this.#unsent.delete(id);
    await this.#listener.notify({ topic: this.#topic, from: this.#sender, ids });
    setTimeout(() => {
      this.#isSending = false;
      if (this.#unsent.size > 0) void this.#send();
    }, pauseMs).unref();
  }

  #receive({ from, ids }: Notification): void {
    if (from === this.#sender || !Array.isArray(ids)) return;
    for (const id of ids) this.#tell(String(id));
  }

  #tell(organizationId: string): void {
    for (const handler of this.#handlers) handler(organizationId);
  }
}
