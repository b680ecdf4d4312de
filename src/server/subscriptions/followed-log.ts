import type { Logger } from '../../lib/logger.ts';
import { outsideRequests } from '../../lib/request-context.ts';
import { Semaphore } from '../../lib/semaphore.ts';
import type { endOfLog } from '../../modules/events/changes/page-of-events.ts';
import { compareEventPositions, type EventPosition } from '../../modules/events/event-cursor.ts';

interface FollowedLogOptions {
  /** Reads the position up to which the log can be read now. */
  read(): ReturnType<typeof endOfLog>;
  /** Whether commits of other processes call `look`. */
  isLive(): boolean;
  logger: Logger;
}

export interface Wait {
  /** Resolves to true when there is something new, or to false when the wait is stopped before. */
  hasNews: Promise<boolean>;
  stop(): void;
}

interface Waiter {
  position: EventPosition;
  wake(): void;
}

/** Milliseconds until the next look: after a commit, while events wait for older transactions, and otherwise. */
const pauses = { shortest: 5, longestPending: 250, live: 2_000, notLive: 250, longestAfterFailures: 2_000 } as const;

/** First reads of one organization that run at once: after a restart, all of its members come back together. */
const firstReadsAtOnce = 4;

/** The event log of one organization, and the followers that wait for it to grow. Its end is read once at a time. */
export class FollowedLog implements Disposable {
  readonly #options: FollowedLogOptions;
  readonly #waiters = new Set<Waiter>();
  readonly #shared = new Map<string, Promise<unknown>>();
  readonly #firstReads = new Semaphore(firstReadsAtOnce, Number.POSITIVE_INFINITY);
  #end: EventPosition | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  /** Whether something was committed since the running read of the end began. */
  #isStale = false;
  #pendingMs: number = pauses.shortest;
  #failures = 0;
  #isOver = false;

  constructor(options: FollowedLogOptions) {
    this.#options = options;
    this.look();
  }

  /** Reads the end of the log as soon as possible. */
  look(): void {
    if (this.#isLooking) this.#isStale = true;
    else this.#lookIn(0);
  }

  /** Waits until the log has grown past the position. */
  wait(position: EventPosition): Wait {
    if (this.#isPast(position)) return { hasNews: Promise.resolve(true), stop() {} };
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const end = (hasGrown: boolean): void => {
      this.#waiters.delete(waiter);
      resolve(hasGrown);
    };
    const waiter = { position, wake: () => end(true) };
    this.#waiters.add(waiter);
    return { hasNews: promise, stop: () => end(false) };
  }

  /**
   * Makes a read, or returns the result of an equal one: others may have made it with the same key since the log last
   * grew. The key must contain everything on which the result depends, apart from the rows.
   */
  share<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#shared.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const made = read();
    this.#shared.set(key, made);
    made.catch(() => this.#shared.delete(key));
    return made;
  }

  /** Runs the first read of a follower when its turn comes. */
  first<T>(read: () => Promise<T>): Promise<T> {
    return this.#firstReads.run(read);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #isPast = (position: EventPosition): boolean =>
    this.#end !== undefined && compareEventPositions(this.#end, position) > 0;

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#timer = outsideRequests(() => setTimeout(() => void this.#look(), ms).unref());
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    this.#isStale = false;
    const pause = await this.#options.read().then(
      (end) => this.#found(end),
      (error: unknown) => this.#failed(error),
    );
    this.#isLooking = false;
    this.#lookIn(this.#isStale ? pauses.shortest : pause);
  }

  /** Returns the pause until the next look. */
  #found({ settled, isPending }: Awaited<ReturnType<typeof endOfLog>>): number {
    this.#failures = 0;
    const before = this.#end;
    this.#end = settled;
    const hasGrown = before === undefined || compareEventPositions(settled, before) > 0;
    if (hasGrown) this.#grew();
    // On a busy server some event always waits; the pause must not grow while others get through
    if (!isPending || hasGrown) this.#pendingMs = pauses.shortest;
    else this.#pendingMs = Math.min(this.#pendingMs * 2, pauses.longestPending);
    if (isPending) return this.#pendingMs;
    return this.#options.isLive() ? pauses.live : pauses.notLive;
  }

  #grew(): void {
    this.#shared.clear();
    for (const { position, wake } of [...this.#waiters]) if (this.#isPast(position)) wake();
  }

  #failed(error: unknown): number {
    this.#options.logger.warn({ err: error }, 'cannot look at the event log; trying again');
    return Math.min(pauses.notLive * 2 ** this.#failures++, pauses.longestAfterFailures);
  }
}
