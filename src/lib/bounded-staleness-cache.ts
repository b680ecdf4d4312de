import { type Clock, isWithin } from './clock.ts';

export interface BoundedStalenessOptions<Asked, Value> {
  clock: Clock;
  /** The longest age of an answer, in milliseconds. */
  forMs: number;
  /** How many answers are kept at most. */
  capacity: number;
  keyOf(asked: Asked): string;
  /** Undefined for what does not exist. */
  read(asked: Asked): Promise<Value | undefined>;
  /** Reads many at once, in the order of `asked`. Called only for what was found before. */
  readMany(asked: readonly Asked[]): Promise<readonly (Value | undefined)[]>;
}

interface Entry<Asked, Value> {
  readonly asked: Asked;
  /** When the read began. */
  loadedAt: number;
  usedAt: number;
  answer: Promise<Value | undefined>;
  /** Undefined during the first read. */
  value?: Value;
}

/** How long after its last use an answer is still renewed. */
const inUseMs = 30_000;
/** With fewer answers in use there is no renewal: they are read one by one, on demand. */
const fewest = 16;
const mostAtOnce = 2_000;

/**
 * A bounded-staleness cache. When many answers are in use, one read in the background renews all of them before they
 * are too old, so that a thousand callers do not cause a thousand reads in each period.
 */
export class BoundedStalenessCache<Asked, Value> {
  readonly #options: BoundedStalenessOptions<Asked, Value>;
  readonly #entries = new Map<string, Entry<Asked, Value>>();
  /** The renewal in progress; `doubtful` when something changed since it began. */
  #renewal: { entries: ReadonlySet<Entry<Asked, Value>>; done: Promise<void>; doubtful: boolean } | undefined;
  #renewedAt = 0;
  #hits = 0;
  #misses = 0;

  constructor(options: BoundedStalenessOptions<Asked, Value>) {
    this.#options = options;
  }

  /** The number of answers kept, and of hits and misses. */
  get counts(): { kept: number; hits: number; misses: number } {
    return { kept: this.#entries.size, hits: this.#hits, misses: this.#misses };
  }

  /** Throws what reading throws. */
  get(asked: Asked): Promise<Value | undefined> {
    const now = this.#options.clock().getTime();
    const known = this.#entries.get(this.#options.keyOf(asked));
    if (known && this.#isFresh(known, now)) {
      this.#hits++;
      return known.answer;
    }
    // A renewal may be about to bring the new answer
    if (known && this.#renewal?.entries.has(known)) return this.#renewal.done.then(() => this.get(asked));
    this.#misses++;
    return this.#load(asked, now);
  }

  /** The cached answer; undefined if there is none. */
  peek(asked: Asked): Value | undefined {
    const known = this.#entries.get(this.#options.keyOf(asked));
    return known && this.#isFresh(known, this.#options.clock().getTime()) ? known.value : undefined;
  }

  /** Keeps the answer to one question as the answer to another one too, with the same age. */
  copy(from: Asked, to: Asked): void {
    const { keyOf } = this.#options;
    const entry = this.#entries.get(keyOf(from));
    if (entry?.value) this.#keep(keyOf(to), { ...entry, asked: to });
  }

  /** Drops the answers that a change concerns, and all that are being read: they may be older than the change. */
  drop(concerns: (value: Value) => boolean): void {
    if (this.#renewal) this.#renewal.doubtful = true;
    for (const [key, { value }] of this.#entries) if (!value || concerns(value)) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Whether an answer is fresh. Notes its use, and starts a renewal when one is due. */
  #isFresh(entry: Entry<Asked, Value>, now: number): boolean {
    const { forMs } = this.#options;
    entry.usedAt = now;
    if (!isWithin(entry.loadedAt, now, forMs)) return false;
    if (!isWithin(this.#renewedAt, now, forMs / 2)) this.#renew(now);
    return true;
  }

  #load(asked: Asked, now: number): Promise<Value | undefined> {
    const { keyOf, read } = this.#options;
    const key = keyOf(asked);
    const entry: Entry<Asked, Value> = { asked, loadedAt: now, usedAt: now, answer: read(asked) };
    this.#keep(key, entry);
    // Missing answers and failed reads are not cached
    const gone = (): void => this.#remove(key, entry);
    entry.answer.then((value) => (value ? Object.assign(entry, { value }) : gone()), gone);
    return entry.answer;
  }

  /** Evicts the oldest entry when the cache is full. */
  #keep(key: string, entry: Entry<Asked, Value>): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#options.capacity) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, entry);
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
    // After a failure each answer is read on demand, and that read throws the error
    const values = await readMany(due.map(({ asked }) => asked)).catch(() => undefined);
    const doubtful = this.#renewal?.doubtful;
    this.#renewal = undefined;
    // The others follow at once, at the next use
    if (due.length === mostAtOnce) this.#renewedAt = 0;
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
