import { AppError } from '../../lib/errors.ts';
import type { FollowedChanges } from './followed-changes.ts';
import { frameText } from './frame-text.ts';
import type { SubscriptionLimits } from './limits.ts';

interface EventStreamOptions {
  limits: Pick<SubscriptionLimits, 'frameMs' | 'lingerMs' | 'restartSpreadMs'>;
  /** Aborts when the server stops. */
  ending: AbortSignal;
  /** Closes the connection of a client that does not read what it was sent last. */
  destroy(): void;
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

const pingMs = 12_000;
const encoder = new TextEncoder();
const ping = encoder.encode(':\n\n');
const complete = encoder.encode('event: complete\ndata:\n\n');
const nextEvent = (json: string): Uint8Array => encoder.encode(`event: next\ndata: ${json}\n\n`);

/**
 * The frames of a subscription as server-sent events, in the protocol of graphql-sse (distinct connections). The next
 * frame is read when the client has taken the last one, so that at most two wait for it. When the server stops, the
 * stream ends without `complete`: so clients come back by themselves.
 */
export class EventStream {
  readonly #frames: FollowedChanges;
  readonly #options: EventStreamOptions;
  #controller: Controller | undefined;
  #ping: NodeJS.Timeout | undefined;
  #slow: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;

  constructor(frames: FollowedChanges, options: EventStreamOptions) {
    this.#frames = frames;
    this.#options = options;
  }

  readonly start = (controller: Controller): void => {
    this.#controller = controller;
    // Some browsers take an answer for begun only when they have a part of its body
    controller.enqueue(ping);
    this.#ping = setInterval(() => {
      if ((controller.desiredSize ?? 0) > 0) controller.enqueue(ping);
    }, pingMs).unref();
    const { ending } = this.#options;
    if (ending.aborted) this.#stopSoon();
    else ending.addEventListener('abort', this.#stopSoon, { once: true });
  };

  readonly pull = async (): Promise<void> => {
    clearTimeout(this.#slow);
    const { done, value } = await this.#frames.next();
    if (done) return this.#close(complete);
    this.#controller?.enqueue(nextEvent(frameText(value)));
    this.#slow = setTimeout(() => this.#cut(), this.#options.limits.frameMs).unref();
  };

  readonly cancel = (): void => {
    this.#frames.end('client');
    this.#release();
  };

  readonly #stopSoon = (): void => {
    const pause = Math.random() * this.#options.limits.restartSpreadMs;
    this.#restart = setTimeout(() => {
      this.#close();
      this.#frames.end('restart');
    }, pause);
  };

  #cut(): void {
    const error = new AppError(
      'SLOW_CONSUMER',
      'The client did not read what it was sent: resume after its last cursor',
    );
    const { code, message } = error;
    this.#controller?.enqueue(nextEvent(JSON.stringify({ errors: [{ message, extensions: { code } }] })));
    this.#close(complete);
    this.#frames.end('slow');
    setTimeout(() => this.#options.destroy(), this.#options.limits.lingerMs).unref();
  }

  #close(last?: Uint8Array): void {
    const controller = this.#controller;
    this.#release();
    if (last) controller?.enqueue(last);
    controller?.close();
  }

  #release(): void {
    this.#controller = undefined;
    clearInterval(this.#ping);
    clearTimeout(this.#slow);
    clearTimeout(this.#restart);
    this.#options.ending.removeEventListener('abort', this.#stopSoon);
  }
}
