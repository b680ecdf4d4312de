import { type Clock, isWithin } from './clock.ts';

export interface BelievedOptions<Asked, Value> {
  clock: Clock;
  /** For how long nobody asks again; milliseconds. */
  forMs: number;
  /** How many answers are kept. */
  capacity: number;
  keyOf(asked: Asked): string;
  /** Undefined for what does not exist. */
  read(asked: Asked): Promise<Value | undefined>;
  /** Reads many at the price of one, in the order of what is asked. Only what was found before is asked here. */
  readMany(asked: readonly Asked[]): Promise<readonly (Value | undefined)[]>;
}

interface Entry<Asked, Value> {
  readonly asked: Asked;
  /** When its reading began. */
  loadedAt: number;
  usedAt: number;
  answer: Promise<Value | undefined>;
  /** Undefined while it is read for the first time. */
  value?: Value;
}

/** Answers that are used go on being read for so long. */
const inUseMs = 30_000;
/** Fewer are read one by one, when they are asked for. */
const fewest = 16;
const mostAtOnce = 2_000;

/**
 * Answers that are believed for a moment, however many ask. When many are in use they are read again all together before
 * they are too old, in the background: so that a thousand callers do not cost a thousand reads in each such moment.
 */
export class Believed<Asked, Value> {
  readonly #options: BelievedOptions<Asked, Value>;
  readonly #entries = new Map<string, Entry<Asked, Value>>();
  /** What is read again now; `doubtful` when something changed meanwhile. */
  #renewal: { entries: ReadonlySet<Entry<Asked, Value>>; done: Promise<void>; doubtful: boolean } | undefined;
  #renewedAt = 0;
  #hits = 0;
  #misses = 0;

  constructor(options: BelievedOptions<Asked, Value>) {
    this.#options = options;
  }

  /** Answers kept now; how often one was asked for that was there, and that was not. */
  get counts(): { kept: number; hits: number; misses: number } {
    return { kept: this.#entries.size, hits: this.#hits, misses: this.#misses };
  }

  /** Throws what reading throws. */
  get(asked: Asked): Promise<Value | undefined> {
    const now = this.#options.clock().getTime();
    const known = this.#entries.get(this.#options.keyOf(asked));
    if (known && this.#isBelieved(known, now)) {
      this.#hits++;
      return known.answer;
    }
    // Perhaps its new answer is on its way
    if (known && this.#renewal?.entries.has(known)) return this.#renewal.done.then(() => this.get(asked));
    this.#misses++;
    return this.#load(asked, now);
  }

  /** The answer if it is there, without reading. */
  peek(asked: Asked): Value | undefined {
    const known = this.#entries.get(this.#options.keyOf(asked));
    return known && this.#isBelieved(known, this.#options.clock().getTime()) ? known.value : undefined;
  }

  /** Keeps the answer to one thing as the answer to another thing too, as old as it is. */
  copy(from: Asked, to: Asked): void {
    const { keyOf } = this.#options;
    const entry = this.#entries.get(keyOf(from));
    if (entry?.value) this.#entries.set(keyOf(to), { ...entry, asked: to });
  }

  /** Forgets the answers that a change concerns, and all that are being read: they may be from before it. */
  drop(concerns: (value: Value) => boolean): void {
    if (this.#renewal) this.#renewal.doubtful = true;
    for (const [key, { value }] of this.#entries) if (!value || concerns(value)) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Whether an answer is young enough; it is in use then. */
  #isBelieved(entry: Entry<Asked, Value>, now: number): boolean {
    const { forMs } = this.#options;
    entry.usedAt = now;
    if (!isWithin(entry.loadedAt, now, forMs)) return false;
    if (!isWithin(this.#renewedAt, now, forMs / 2)) this.#renew(now);
    return true;
  }

  #load(asked: Asked, now: number): Promise<Value | undefined> {
    const { capacity, keyOf, read } = this.#options;
    const key = keyOf(asked);
    const entry: Entry<Asked, Value> = { asked, loadedAt: now, usedAt: now, answer: read(asked) };
    this.#entries.delete(key);
    if (this.#entries.size >= capacity) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, entry);
    // What does not exist, and what could not be read, is asked for again.
    const gone = (): void => this.#remove(key, entry);
    entry.answer.then((value) => (value ? Object.assign(entry, { value }) : gone()), gone);
    return entry.answer;
  }

  #remove(key: string, entry: Entry<Asked, Value>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  #renew(now: number): void {
    if (this.#renewal) return;
    this.#renewedAt = now;
    const due = this.#due(now);
    if (due.length < fewest) return;
    this.#renewal = { entries: new Set(due), done: this.#readAgain(due, now), doubtful: false };
  }

  #due(now: number): Entry<Asked, Value>[] {
    const due: Entry<Asked, Value>[] = [];
    for (const entry of this.#entries.values()) {
      const young = isWithin(entry.loadedAt, now, this.#options.forMs / 4);
      if (entry.value && !young && isWithin(entry.usedAt, now, inUseMs)) due.push(entry);
      if (due.length === mostAtOnce) break;
    }
    return due;
  }

  async #readAgain(due: readonly Entry<Asked, Value>[], now: number): Promise<void> {
    const { keyOf, readMany } = this.#options;
    // When it fails, each is read when it is asked for, and that says why.
    const values = await readMany(due.map(({ asked }) => asked)).catch(() => undefined);
    const doubtful = this.#renewal?.doubtful;
    this.#renewal = undefined;
    if (!values || doubtful) return;
    for (const [index, entry] of due.entries()) {
      const key = keyOf(entry.asked);
      const value = values[index];
      if (this.#entries.get(key) !== entry) continue;
      this.#entries.delete(key);
      if (value) this.#entries.set(key, Object.assign(entry, { value, answer: Promise.resolve(value), loadedAt: now }));
    }
  }
}
