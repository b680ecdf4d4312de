import type { Host } from './toolbox.ts';

const barWidth = 30;
const lineEveryMs = 2_000;

/**
 * Shows how far long work is, on the stream of errors: as a bar that redraws itself at a terminal, else as a line every
 * two seconds. Disposing ends the bar's line.
 */
export class ProgressBar implements Disposable {
  readonly #out: Host['stderr'];
  readonly #unit: string;
  #shownAt = performance.now();
  #drawn = false;

  constructor(out: Host['stderr'], unit: string) {
    this.#out = out;
    this.#unit = unit;
  }

  /** `share` is of the whole, 0 to 1; `count` of what is done, in units; `more` is said after it. */
  show(share: number, count: number, more = ''): void {
    const percent = `${Math.floor(Math.min(share, 1) * 100)}`.padStart(3);
    const text = `${percent} % ${count} ${this.#unit} ${more}`.trimEnd();
    if (this.#out.isTTY) this.#draw(`${bar(share)} ${text}`);
    else if (performance.now() - this.#shownAt >= lineEveryMs) this.#line(text);
  }

  /** A line of its own, before whatever is shown next. */
  interrupt(text: string): void {
    if (this.#drawn) this.#out.write('\r\x1b[K');
    this.#drawn = false;
    this.#line(text);
  }

  [Symbol.dispose](): void {
    if (this.#drawn) this.#out.write('\n');
  }

  #draw(text: string): void {
    this.#out.write(`\r\x1b[K${text}`);
    this.#drawn = true;
  }

  #line(text: string): void {
    this.#out.write(`${text}\n`);
    this.#shownAt = performance.now();
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(share, 1) * barWidth);
  return `[${'#'.repeat(full)}${' '.repeat(barWidth - full)}]`;
}
