import type { ExecutionResult } from 'graphql';
import type { Followed, GraphRequest } from '../../graphql/context.ts';
import { codeOf } from '../../graphql/execute/mask-error.ts';
import { decodeEventCursor } from '../../modules/events/event-cursor.ts';
import type { FollowedLog, Wait } from './followed-log.ts';
import type { EndReason } from './subscription-meter.ts';
import { TimerWheel } from './timer-wheel.ts';

export interface Frame {
  result: ExecutionResult;
  /** Absent if the query failed. */
  followed: Followed | undefined;
}

interface FollowOptions {
  log: Pick<FollowedLog, 'wait'>;
  /** Finds the sender again: throws once the token or the membership has ended. */
  authenticate(): Promise<GraphRequest>;
  /** Throws CURSOR_EXPIRED if the sender has other rights than when it got the cursor. */
  checkRights(request: GraphRequest, cursor: string): void;
  /** Reads what has changed since the last frame. That is undefined for the first, which has the document's cursor. */
  read(request: GraphRequest, last: Followed | undefined): Promise<Frame>;
  resultOf(error: unknown): ExecutionResult;
  /** Called for each frame that the client is sent. */
  onFrame(): void;
  /** Called once, when the subscription has ended. */
  onEnd(reason: EndReason): void;
}

/** The sender's rights are checked at least every two seconds. */
const checks = new TimerWheel(2_000);
/** After a longer read they are checked once more; milliseconds. */
const slowReadMs = 1_000;

/**
 * The frames of one subscription. The first frame of one that follows the log has the cursor from which the stream
 * continues, each further one the changes since the previous frame. Each is read like a query of its sender, whose
 * token, membership and rights are checked again before it; when they have ended, the last frame has the error. Nothing
 * is held between two reads. When the server stops, the transport ends the subscription.
 */
export class FollowedChanges implements AsyncIterableIterator<ExecutionResult> {
  readonly #options: FollowOptions;
  #isOver = false;
  /** Ends the current wait. */
  #stop: (() => void) | undefined;
  #last: Followed | undefined;
  #lastText: string | undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    while (!this.isOver) {
      const frame = await this.#nextFrame().catch((error: unknown) => this.#failed(error));
      if (!frame) continue;
      this.#options.onFrame();
      return { done: false, value: frame };
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.end('client');
    return { done: true, value: undefined };
  }

  /** Ends it; only the first reason counts. */
  end(reason: EndReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop?.();
    this.#options.onEnd(reason);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end('client');
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  #failed(error: unknown): ExecutionResult | undefined {
    if (this.isOver) return undefined;
    const result = this.#options.resultOf(error);
    this.end(codeOf(result.errors?.[0]));
    return result;
  }

  /** Waits, reads, and returns what the client is sent; undefined if nothing has changed for it. */
  async #nextFrame(): Promise<ExecutionResult | undefined> {
    const before = this.#last;
    const hasNews = !before || before.hasMore || (await this.#hasNews(before));
    if (this.isOver) return undefined;
    const request = await this.#options.authenticate();
    if (!hasNews) {
      if (!before.changed) this.#options.checkRights(request, before.cursor);
      return undefined;
    }
    const began = performance.now();
    const { result, followed } = await this.#options.read(request, before);
    if (performance.now() - began > slowReadMs) await this.#requireSame(followed);
    if (this.isOver) return undefined;
    if (!followed || result.errors) this.end(result.errors ? codeOf(result.errors[0]) : 'client');
    else this.#last = followed;
    if (before && followed?.isEmpty && !result.errors) return undefined;
    return followed?.changed && this.#isRepeated(result) ? undefined : result;
  }

  /** Checks the rights again, which may have ended while the read waited for its turn. */
  async #requireSame(followed: Followed | undefined): Promise<void> {
    const request = await this.#options.authenticate();
    if (followed && !followed.changed) this.#options.checkRights(request, followed.cursor);
  }

  /** Whether there is something new before the rights have to be checked. */
  async #hasNews({ position, changed }: Followed): Promise<boolean> {
    const { hasNews, stop } = changed ? waitFor(changed) : this.#options.log.wait(decodeEventCursor(position));
    this.#stop = stop;
    const cancel = checks.within(stop);
    try {
      return await hasNews;
    } finally {
      cancel();
      this.#stop = undefined;
    }
  }

  /** Whether a frame says the same as the one before: something changed that the sender cannot see. */
  #isRepeated({ data }: ExecutionResult): boolean {
    const text = JSON.stringify(data);
    const isRepeated = text === this.#lastText;
    this.#lastText = text;
    return isRepeated;
  }
}

function waitFor(changed: NonNullable<Followed['changed']>): Wait {
  const stopping = new AbortController();
  return { hasNews: changed(stopping.signal), stop: () => stopping.abort() };
}
