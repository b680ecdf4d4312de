import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpLimits } from './http-limits.ts';
import type { BodyRule } from './routes/route.ts';

/** How many bytes beyond the limit a refused body may still send, so that the client can read the answer. */
const lateBytes = 1024 * 1024;

interface Transfer {
  request: IncomingMessage;
  response: ServerResponse;
  rule: BodyRule;
  startedAt: number;
  readAtStart: number;
  /** Whether the body was late, and the request was answered or closed. */
  isLate: boolean;
  /** When the answer began to wait for the client, and how many bytes had been written by then. */
  waiting: { since: number; written: number } | undefined;
}

export type TransferLimits = Pick<HttpLimits, 'bodyMs' | 'bytesPerSecond'>;

/**
 * Ends requests whose body arrives too slowly, and answers that are read too slowly. A transfer may take `bodyMs` plus
 * the time of its bytes at the minimum rate; a body that is not streamed only `bodyMs`.
 */
export class Transfers implements Disposable {
  readonly #limits: TransferLimits;
  readonly #late: (response: ServerResponse) => void;
  readonly #open = new Set<Transfer>();
  readonly #timer: NodeJS.Timeout;

  /** `late` answers a request whose body did not arrive in time. */
  constructor(limits: TransferLimits, late: (response: ServerResponse) => void) {
    this.#limits = limits;
    this.#late = late;
    this.#timer = setInterval(() => this.#check(performance.now()), Math.min(1_000, limits.bodyMs / 2)).unref();
  }

  watch(request: IncomingMessage, response: ServerResponse, rule: BodyRule): void {
    const { socket } = request;
    const startedAt = performance.now();
    const transfer: Transfer = {
      ...{ request, response, rule, startedAt },
      readAtStart: socket.bytesRead,
      waiting: undefined,
      isLate: false,
    };
    this.#open.add(transfer);
    let open = 2;
    const close = () => --open === 0 && this.#open.delete(transfer);
    request.once('close', close);
    response.once('close', close);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #check(now: number): void {
    for (const transfer of this.#open) {
      if (!transfer.request.complete && !transfer.isLate) this.#checkBody(transfer, now);
      if (!transfer.response.writableFinished) this.#checkAnswer(transfer, now);
    }
  }

  #checkBody(transfer: Transfer, now: number): void {
    const { request, response, rule, startedAt, readAtStart } = transfer;
    const received = request.socket.bytesRead - readAtStart;
    const isStream = rule !== 'none' && rule.pace === 'stream';
    const most = rule === 'none' ? 0 : rule.maxBytes;
    if (received > most + lateBytes && response.writableFinished) request.destroy();
    if (now - startedAt <= this.#timeFor(isStream ? received : 0)) return;
    transfer.isLate = true;
    if (response.headersSent) request.destroy();
    else this.#late(response);
  }

  #checkAnswer(transfer: Transfer, now: number): void {
    const { socket } = transfer.request;
    if (socket.writableLength === 0) transfer.waiting = undefined;
    else transfer.waiting ??= { since: now, written: socket.bytesWritten - socket.writableLength };
    const { waiting } = transfer;
    if (waiting && now - waiting.since > this.#timeFor(socket.bytesWritten - waiting.written))
      transfer.request.destroy();
  }

  /** The time limit for a number of bytes, in milliseconds. */
  #timeFor(bytes: number): number {
    return this.#limits.bodyMs + (bytes / this.#limits.bytesPerSecond) * 1_000;
  }
}
