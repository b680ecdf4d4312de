import type { ExecutionResult } from 'graphql';
import type { Followed, GraphRequest } from '../../graphql/context.ts';
import { decodeEventCursor } from '../../modules/events/event-cursor.ts';
import type { FollowedLog } from './followed-log.ts';

export interface Frame {
  result: ExecutionResult;
  /** Absent if the query failed. */
  followed: Followed | undefined;
}

interface FollowOptions {
  log: Pick<FollowedLog, 'grown'>;
  /** Finds the sender again: throws once the token or the membership has ended. */
  authenticate(): Promise<GraphRequest>;
  /** Throws CURSOR_EXPIRED if the sender has other rights than when it got the cursor. */
  checkRights(request: GraphRequest, cursor: string): void;
  /** Reads the changes after a cursor; undefined for the first time. */
  read(request: GraphRequest, cursor: string | undefined): Promise<Frame>;
  resultOf(error: unknown): ExecutionResult;
  /** Called once, when the subscription has ended. */
  onEnd(): void;
  /** Aborts when the server stops. */
  ending: AbortSignal;
}

/** How often the rights of the sender are checked, at least; milliseconds. */
const checkEveryMs = 2_000;

/**
 * The frames of one subscription to `changes`. The first has the cursor from which it is live, further ones whatever
 * has changed. Each is read like a query of its sender, whose token, membership and rights are checked again before it;
 * when they have ended, the last frame has the error. Nothing is held between two reads.
 */
export class FollowedChanges implements AsyncIterableIterator<ExecutionResult> {
  readonly #options: FollowOptions;
  readonly #ended = new AbortController();
  #last: Followed | undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    while (!this.#isOver) {
      const frame = await this.#nextFrame().catch((error: unknown) => this.#failed(error));
      if (frame) return { done: false, value: frame };
    }
    return this.return();
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  get #isOver(): boolean {
    return this.#ended.signal.aborted || this.#options.ending.aborted;
  }

  #end(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#options.onEnd();
  }

  #failed(error: unknown): ExecutionResult | undefined {
    if (this.#isOver) return undefined;
    this.#end();
    return this.#options.resultOf(error);
  }

  /** Waits, reads, and returns what the client is sent; undefined if nothing has changed for it. */
  async #nextFrame(): Promise<ExecutionResult | undefined> {
    const before = this.#last;
    const hasNews = !before || before.hasMore || (await this.#logGrows(before));
    if (this.#isOver) return undefined;
    const request = await this.#options.authenticate();
    if (!hasNews) {
      this.#options.checkRights(request, before.cursor);
      return undefined;
    }
    const { result, followed } = await this.#options.read(request, before?.cursor);
    if (!followed || result.errors) this.#end();
    else this.#last = followed;
    return before && followed?.isEmpty && !result.errors ? undefined : result;
  }

  /** Whether the log grows before the rights have to be checked. */
  #logGrows({ position }: Followed): Promise<boolean> {
    const stop = AbortSignal.any([this.#ended.signal, this.#options.ending, AbortSignal.timeout(checkEveryMs)]);
    return this.#options.log.grown(decodeEventCursor(position), stop);
  }
}
