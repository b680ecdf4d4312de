import type { Host } from './toolbox.ts';

const barWidth = 30;
const lineEveryMs = 2_000;

/**
 * Shows how far long work is, on the stream of errors: as a status line at a terminal, else as a line every two
 * seconds. Disposing takes the status line away.
 */
export class ProgressBar implements Disposable {
  readonly #host: Pick<Host, 'stderr' | 'terminal'>;
  readonly #unit: string;
  #shownAt = performance.now();

  constructor(host: Pick<Host, 'stderr' | 'terminal'>, unit: string) {
    this.#host = host;
    this.#unit = unit;
  }

  /** `share` is of the whole, 0 to 1; `count` of what is done, in units; `more` is said after it. */
  show(share: number, count: number, more = ''): void {
    const percent = `${Math.floor(Math.min(share, 1) * 100)}`.padStart(3);
    const text = `${percent} % ${count} ${this.#unit} ${more}`.trimEnd();
    if (this.#host.stderr.isTTY) this.#host.terminal.status(`${bar(share)} ${text}`);
    else if (performance.now() - this.#shownAt >= lineEveryMs) this.#line(text);
  }

  /** A line of its own, before whatever is shown next. */
  interrupt(text: string): void {
    this.#line(text);
  }

  [Symbol.dispose](): void {
    this.#host.terminal.status(undefined);
  }

  #line(text: string): void {
    this.#host.stderr.write(`${text}\n`);
    this.#shownAt = performance.now();
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(share, 1) * barWidth);
  return `[${'#'.repeat(full)}${' '.repeat(barWidth - full)}]`;
}
