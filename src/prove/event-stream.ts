import { type FollowedStream, frameWithinMs, type OpenStream } from './followed-stream.ts';

/** Whether a part of an event stream only keeps the connection open. */
const isPing = (part: string): boolean => /^(:\s*)*$/.test(part);

/** A subscription over server-sent events. */
export class EventStream implements FollowedStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #decoder = new TextDecoder();
  text = '';

  private constructor(response: Response) {
    this.#reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  }

  static readonly open: OpenStream = async (server, headers, operation) => {
    const request = new Request('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', host: 'localhost', ...headers },
      body: JSON.stringify(operation),
    });
    return new EventStream(await server.ask(request));
  };

  async until(...expected: readonly string[]): Promise<boolean> {
    const isThere = () => expected.some((each) => this.text.includes(each));
    const timer = setTimeout(() => void this.close(), frameWithinMs);
    while (!isThere()) {
      const next = await this.#reader?.read();
      if (!next || next.done) break;
      const part = this.#decoder.decode(next.value, { stream: true });
      this.text += part;
      if (!isPing(part)) timer.refresh();
    }
    clearTimeout(timer);
    return isThere();
  }

  async close(): Promise<void> {
    await this.#reader?.cancel();
  }
}
