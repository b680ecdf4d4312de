/** A stream of bytes that is read by length. Disposing it ends the stream it reads from. */
export class ByteSource implements AsyncDisposable {
  readonly #bytes: AsyncIterator<Uint8Array>;
  #left: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#bytes = bytes[Symbol.asyncIterator]();
  }

  /** The next `length` bytes; fewer at the end of the stream. */
  async take(length: number): Promise<Buffer> {
    const chunks = [this.#left];
    let found = this.#left.length;
    while (found < length) {
      const next = await this.#next();
      if (!next) break;
      chunks.push(next);
      found += next.length;
    }
    const all = chunks.length === 1 ? this.#left : Buffer.concat(chunks);
    this.#left = all.subarray(length);
    return all.subarray(0, length);
  }

  /** The bytes that were not taken. */
  async *rest(): AsyncGenerator<Buffer> {
    const left = this.#left;
    this.#left = Buffer.alloc(0);
    if (left.length > 0) yield left;
    for (let next = await this.#next(); next; next = await this.#next()) yield next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) await this.#bytes.return?.();
  }

  async #next(): Promise<Buffer | undefined> {
    const next = this.#ended ? { done: true as const } : await this.#bytes.next();
    this.#ended = next.done === true;
    if (next.done) return undefined;
    return Buffer.isBuffer(next.value) ? next.value : Buffer.from(next.value);
  }
}
