import { expect, it } from 'vitest';
import { ProgressBar } from './progress.ts';
import { type Stream, Terminal } from './terminal.ts';

/** The text that a terminal shows. Interprets only the control sequences that are used here. */
function screen(): { stream: Stream; shown: () => string } {
  const rows = [''];
  const write = (text: string) => {
    const pieces = text.replaceAll('\x1b[K', '').split(/([\r\n])/);
    for (const piece of pieces) {
      if (piece === '\n') rows.push('');
      else if (piece === '\r') rows[rows.length - 1] = '';
      else rows[rows.length - 1] += piece;
    }
  };
  return { stream: { write, isTTY: true }, shown: () => rows.join('\n') };
}

it('leaves no progress bar inside or after the output', () => {
  const { stream, shown } = screen();
  const terminal = new Terminal({ stdout: stream, stderr: stream, colours: true });
  {
    using bar = new ProgressBar({ terminal, stderr: terminal.stderr }, 'rows');
    bar.show(0.5, 5);
    expect(shown()).toMatch(/^\[#{15} {15}\] {2}50 % 5 rows$/);
    terminal.stdout.write('a result\n');
    bar.show(0.6, 6);
    terminal.stderr.write('an error\n');
    bar.show(0.7, 7);
  }
  terminal.stdout.write('another\n');
  expect(shown()).toBe('a result\nan error\nanother\n');
});

it('draws no bar without a terminal', () => {
  let written = '';
  const stream = { write: (text: string) => (written += text) };
  const terminal = new Terminal({ stdout: stream, stderr: stream, colours: true });
  using bar = new ProgressBar({ terminal, stderr: terminal.stderr }, 'rows');
  bar.show(0.5, 5);
  expect(written).toBe('');
});
