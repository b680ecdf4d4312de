import type { AttackedServer } from './target.ts';

/** How long a frame may take; milliseconds. */
const frameWithinMs = 30_000;

/** What a subscription over server-sent events has sent so far. */
export class EventStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #decoder = new TextDecoder();
  text = '';

  private constructor(response: Response) {
    this.#reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  }

  static async open(
    server: AttackedServer,
    headers: Readonly<Record<string, string>>,
    operation: { query: string; variables?: Record<string, unknown> },
  ): Promise<EventStream> {
    const request = new Request('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', host: 'localhost', ...headers },
      body: JSON.stringify(operation),
    });
    return new EventStream(await server.ask(request));
  }

  /** Reads until the text is there, the stream ends, or nothing comes for too long; returns whether it is there. */
  async until(expected: string): Promise<boolean> {
    const timer = setTimeout(() => void this.close(), frameWithinMs);
    while (!this.text.includes(expected)) {
      const next = await this.#reader?.read();
      if (!next || next.done) break;
      this.text += this.#decoder.decode(next.value, { stream: true });
      timer.refresh();
    }
    clearTimeout(timer);
    return this.text.includes(expected);
  }

  async close(): Promise<void> {
    await this.#reader?.cancel();
  }
}
