import { expect } from 'vitest';
import type { World } from '../support/world.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read the answers that they expect
type Loose = any;

/** The frames of a subscription over server-sent events. */
export class Frames {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  static async open(yoga: World['yoga'], headers: Record<string, string>, operation: object): Promise<Frames> {
    const response = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
      body: JSON.stringify(operation),
    });
    return new Frames(response.body as ReadableStream<Uint8Array>);
  }

  /** The next result without errors. */
  async next(): Promise<Loose> {
    const result = await this.result();
    expect(result?.errors).toBeUndefined();
    return result;
  }

  /** The first error of the next result with one. */
  async nextError(): Promise<Loose> {
    for (;;) {
      const result = await this.result();
      if (!result) throw new Error('the stream ended without an error');
      if (result.errors) return result.errors[0];
    }
  }

  async isDone(): Promise<boolean> {
    return (await this.result()) === undefined;
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }

  /** The next result; undefined at the end. */
  async result(): Promise<Loose> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) return undefined;
        this.#text += this.#decoder.decode(value, { stream: true });
        continue;
      }
      const message = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      if (/^event: complete/m.test(message)) return undefined;
      const data = /^data: (.+)$/m.exec(message)?.[1];
      if (data) return JSON.parse(data);
    }
  }
}
