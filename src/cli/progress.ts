import type { Host } from './toolbox.ts';

const barWidth = 30;
const lineEveryMs = 2_000;

/**
 * Shows the progress of long work on stderr: as a status line at a terminal, otherwise as a line every two seconds.
 * Disposing removes the status line.
 */
export class ProgressBar implements Disposable {
  readonly #host: Pick<Host, 'stderr' | 'terminal'>;
  readonly #unit: string;
  #shownAt = performance.now();

  constructor(host: Pick<Host, 'stderr' | 'terminal'>, unit: string) {
    this.#host = host;
    this.#unit = unit;
  }

  /** `share` is the completed share, 0 to 1; `count` the number of completed units; `more` is appended. */
  show(share: number, count: number, more = ''): void {
    const percent = `${Math.floor(Math.min(share, 1) * 100)}`.padStart(3);
    const text = `${percent} % ${count} ${this.#unit} ${more}`.trimEnd();
    if (this.#host.stderr.isTTY) this.#host.terminal.status(`${bar(share)} ${text}`);
    else if (performance.now() - this.#shownAt >= lineEveryMs) this.#line(text);
  }

  /** Prints a separate line. */
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
