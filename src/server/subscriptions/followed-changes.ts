import type { ExecutionResult } from 'graphql';
import type { Followed, GraphRequest } from '../../graphql/context.ts';

export interface Frame {
  result: ExecutionResult;
  /** Absent if the query failed. */
  followed: Followed | undefined;
}

interface FollowOptions {
  /** Finds the sender again: throws once the token or the membership has ended. */
  authenticate(): Promise<GraphRequest>;
  /** Reads the changes after a cursor; undefined for the first time. */
  read(request: GraphRequest, cursor: string | undefined): Promise<Frame>;
  /** Resolves when the log has gone on from the position, or the signal aborts. */
  changed(request: GraphRequest, position: string, signal: AbortSignal): Promise<void>;
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
  #last: { request: GraphRequest; followed: Followed } | undefined;

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
    if (before && !before.followed.hasMore) await this.#wait(before.request, before.followed.position);
    if (this.#isOver) return undefined;
    const request = await this.#options.authenticate();
    const { result, followed } = await this.#options.read(request, before?.followed.cursor);
    if (!followed || result.errors) this.#end();
    else this.#last = { request, followed };
    return before && followed?.isEmpty && !result.errors ? undefined : result;
  }

  async #wait(request: GraphRequest, position: string): Promise<void> {
    const stop = AbortSignal.any([this.#ended.signal, this.#options.ending, AbortSignal.timeout(checkEveryMs)]);
    await this.#options.changed(request, position, stop);
  }
}
