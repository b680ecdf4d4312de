import { jsonLeaves } from './json-leaves.ts';
import { longestRow, type Rows, tooLong } from './row.ts';

/** Reads one JSON object per line. Columns are paths (see `jsonLeaves`). Blank lines are ignored. */
export async function* readJsonLines(text: AsyncIterable<string>): Rows {
  let line = 0;
  for await (const content of lines(text)) {
    line++;
    if (content === undefined) yield tooLong(line);
    else if (content.trim()) {
      const cells = jsonLeaves(content);
      yield typeof cells === 'string' ? { line, reason: cells } : { line, cells };
    }
  }
}

/** The lines of a text; undefined for a line that is too long. */
async function* lines(text: AsyncIterable<string>): AsyncGenerator<string | undefined> {
  let rest: string | undefined = '';
  for await (const piece of text) {
    const parts = piece.split('\n');
    const last = parts.pop()!;
    for (const part of parts) {
      yield joined(rest, part);
      rest = '';
    }
    rest = joined(rest, last);
  }
  if (rest !== '') yield rest;
}

const joined = (start: string | undefined, end: string): string | undefined =>
  start === undefined || start.length + end.length > longestRow ? undefined : start + end;
