import { render, type Text } from './text.ts';

/** The part of a process stream that is used here. */
export interface Stream {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
}

const clearLine = '\r\x1b[K';

/**
 * The two output streams of a command, and the only way to write to them. Escapes text, and removes the status line
 * before anything is written to either stream, because both may be the same terminal.
 */
export class Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly #drawnOn: Stream;
  #drawn = false;

  constructor({ stdout, stderr, colours }: { stdout: Stream; stderr: Stream; colours: boolean }) {
    const clear = () => this.status(undefined);
    this.#drawnOn = stderr;
    this.stdout = new Output(stdout, { colours, clear });
    this.stderr = new Output(stderr, { colours, clear });
  }

  /** Shows or replaces the status line; without text, removes it. Does nothing if stderr is not a terminal. */
  status(text: string | undefined): void {
    if (!this.#drawnOn.isTTY || (text === undefined && !this.#drawn)) return;
    this.#drawn = text !== undefined;
    this.#drawnOn.write(`${clearLine}${render(text ?? '', false)}`);
  }
}

export class Output {
  readonly isTTY: boolean;
  readonly #stream: Stream;
  readonly #colours: boolean;
  readonly #clear: () => void;

  constructor(stream: Stream, { colours, clear }: { colours: boolean; clear: () => void }) {
    this.#stream = stream;
    this.isTTY = stream.isTTY ?? false;
    this.#colours = colours && this.isTTY;
    this.#clear = clear;
  }

  write(text: Text): void {
    this.#clear();
    this.#stream.write(render(text, this.#colours));
  }
}
