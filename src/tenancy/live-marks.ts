import type { Listener, Notification } from '../db/listener.ts';
import { uuidv7 } from '../lib/ids.ts';
import { outsideRequests } from '../lib/request-context.ts';

const topic = 'live.marked';
/** Marks in one notification, whose text PostgreSQL limits to 8000 bytes. */
const mostSent = 45;
/** Between two notifications of one process, and between two searches for marks that have ended; milliseconds. */
const pauseMs = { sending: 10, sweeping: 250 } as const;
/** Further lists, and further people in a list, are not marked. */
export const most = { lists: 10_000, people: 500 } as const;

/** A list of people of an organization, such as those who are typing in a channel. */
export interface LiveList {
  organizationId: string;
  name: string;
}

/** Who is in a list now, in the order in which they came. */
export interface Marked {
  /** Differs whenever other people are in the list. */
  version: number;
  people: readonly string[];
}

type Mark = readonly [organizationId: string, name: string, person: string, lastsMs: number];

interface Entry {
  version: number;
  /** When each mark ends, in milliseconds of `performance.now()`. */
  people: Map<string, number>;
}

/**
 * Lists of people that are true at the moment only: every process has them in memory, nothing is stored, and each mark
 * ends by itself. Processes tell one another by NOTIFY. A mark is lost where the listener is down at that moment, so
 * whatever lasts is marked again at intervals.
 */
export class LiveMarks implements Disposable {
  readonly #listener: Pick<Listener, 'notify'>;
  /** Recognizes the notifications of this process. */
  readonly #sender = uuidv7();
  readonly #lists = new Map<string, Entry>();
  readonly #waiters = new Map<string, Set<() => void>>();
  readonly #unsent = new Map<string, Mark>();
  #versions = 0;
  #isSending = false;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(listener: Pick<Listener, 'notify' | 'on'>) {
    this.#listener = listener;
    listener.on(topic, (notification) => this.#receive(notification));
  }

  /** Puts a person in a list for some milliseconds from now, in all processes. Does not wait. */
  mark({ organizationId, name }: LiveList, person: string, lastsMs: number): void {
    this.#tell([organizationId, name, person, lastsMs]);
  }

  /** Takes a person out of a list, in all processes. Does not wait. */
  clear({ organizationId, name }: LiveList, person: string): void {
    if (this.#lists.get(keyOf(organizationId, name))?.people.has(person)) this.#tell([organizationId, name, person, 0]);
  }

  in({ organizationId, name }: LiveList): Marked {
    const entry = this.#lists.get(keyOf(organizationId, name));
    return entry ? { version: entry.version, people: [...entry.people.keys()] } : { version: 0, people: [] };
  }

  /** Resolves to true when a list has another version, or to false when the signal aborts before. */
  async changed(list: LiveList, version: number, signal: AbortSignal): Promise<boolean> {
    if (this.in(list).version !== version) return true;
    if (signal.aborted) return false;
    const key = keyOf(list.organizationId, list.name);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const wake = () => resolve(true);
    const stop = () => resolve(false);
    const waiters = this.#waiters.get(key) ?? new Set();
    this.#waiters.set(key, waiters.add(wake));
    signal.addEventListener('abort', stop);
    const hasChanged = await promise;
    signal.removeEventListener('abort', stop);
    waiters.delete(wake);
    if (waiters.size === 0 && this.#waiters.get(key) === waiters) this.#waiters.delete(key);
    return hasChanged;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#sweeper);
    this.#sweeper = undefined;
    this.#lists.clear();
    this.#unsent.clear();
  }

  #tell(mark: Mark): void {
    this.#apply(mark);
    this.#unsent.set(mark.slice(0, 3).join(' '), mark);
    if (!this.#isSending) outsideRequests(() => void this.#send());
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    const sent = [...this.#unsent].slice(0, mostSent);
    for (const [key] of sent) this.#unsent.delete(key);
    await this.#listener.notify({ topic, from: this.#sender, marks: sent.map(([, mark]) => mark) });
    setTimeout(() => {
      this.#isSending = false;
      if (this.#unsent.size > 0) void this.#send();
    }, pauseMs.sending).unref();
  }

  #receive({ from, marks }: Notification): void {
    if (from === this.#sender || !Array.isArray(marks)) return;
    for (const mark of marks as Mark[]) this.#apply(mark);
  }

  #apply([organizationId, name, person, lastsMs]: Mark): void {
    const key = keyOf(organizationId, name);
    const entry = this.#lists.get(key) ?? { version: 0, people: new Map<string, number>() };
    const isIn = entry.people.has(person);
    if (lastsMs === 0) {
      if (isIn) this.#drop(key, entry, [person]);
      return;
    }
    if (!isIn && (entry.people.size >= most.people || (entry.version === 0 && this.#lists.size >= most.lists))) return;
    entry.people.set(person, performance.now() + lastsMs);
    this.#lists.set(key, entry);
    if (!isIn) this.#changed(key, entry);
    this.#sweeper ??= outsideRequests(() => setTimeout(() => this.#sweep(), pauseMs.sweeping).unref());
  }

  #drop(key: string, entry: Entry, people: readonly string[]): void {
    for (const person of people) entry.people.delete(person);
    if (entry.people.size === 0) this.#lists.delete(key);
    this.#changed(key, entry);
  }

  #changed(key: string, entry: Entry): void {
    entry.version = ++this.#versions;
    for (const wake of this.#waiters.get(key) ?? []) wake();
  }

  #sweep(): void {
    const now = performance.now();
    for (const [key, entry] of this.#lists) {
      const ended = [...entry.people].filter(([, until]) => until <= now).map(([person]) => person);
      if (ended.length > 0) this.#drop(key, entry, ended);
    }
    this.#sweeper = this.#lists.size > 0 ? setTimeout(() => this.#sweep(), pauseMs.sweeping).unref() : undefined;
  }
}

const keyOf = (organizationId: string, name: string): string => `${organizationId} ${name}`;
