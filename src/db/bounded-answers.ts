import type { Socket } from 'node:net';

/** The longest answer that a server may send: the rows of one statement, or of several that were pipelined. */
export const mostAnswerBytes = 256 * 1024 * 1024;

const headerBytes = 5;
const noBytes = Buffer.alloc(0);
const readyForQuery = 'Z'.charCodeAt(0);
const copyData = 'd'.charCodeAt(0);

/** Follows the messages of a server as their bytes arrive, and reports when an answer exceeds the bound. */
export class AnswerMeter {
  readonly #most: number;
  /** Bytes of the current message that are still to come. */
  #remaining = 0;
  /** The start of a header that has not arrived completely. */
  #header = noBytes;
  /** Bytes of the answer so far, without COPY data: its rows are passed on one by one. */
  #answer = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether the answer stays within the bound; false as soon as a message announces a length beyond it. */
  take(chunk: Buffer): boolean {
    let at = Math.min(this.#remaining, chunk.length);
    this.#remaining -= at;
    while (at < chunk.length) {
      const missing = headerBytes - this.#header.length;
      if (chunk.length - at < missing) {
        this.#header = Buffer.concat([this.#header, chunk.subarray(at)]);
        return true;
      }
      // Almost every header arrives in one chunk, and is read there without a copy
      const isWhole = missing === headerBytes;
      const header = isWhole ? chunk : Buffer.concat([this.#header, chunk.subarray(at, at + missing)]);
      const start = isWhole ? at : 0;
      const length = header.readUInt32BE(start + 1) + 1;
      if (length < headerBytes || !this.#count(header[start]!, length)) return false;
      if (!isWhole) this.#header = noBytes;
      const body = length - headerBytes;
      const present = Math.min(body, chunk.length - at - missing);
      at += missing + present;
      this.#remaining = body - present;
    }
    return true;
  }

  #count(type: number, length: number): boolean {
    if (type === readyForQuery) this.#answer = 0;
    else if (type !== copyData) this.#answer += length;
    return Math.max(this.#answer, length) <= this.#most;
  }
}

/**
 * Closes the connection when the server announces an answer of more than `mostBytes`: the driver would buffer all of
 * it. Call it before the driver adds its listeners.
 */
export function boundAnswers(socket: Socket, mostBytes: number): void {
  const meter = new AnswerMeter(mostBytes);
  socket.on('data', (chunk: Buffer) => {
    if (meter.take(chunk)) return;
    const error = new Error(`The database server sent an answer of more than ${mostBytes} bytes`);
    socket.destroy(Object.assign(error, { code: 'ERR_ANSWER_TOO_LONG' }));
  });
}
