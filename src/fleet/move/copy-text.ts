import type { Readable } from 'node:stream';

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The values of one line in the text format of COPY. */
export const valuesOf = (line: string): (string | null)[] =>
  line.split('\t').map((text) => (text === '\\N' ? null : text.replace(/\\(.)/gs, (_, c: string) => escapes[c] ?? c)));

/** Parses the text format of COPY into batches of rows. */
export async function* rowsIn(copy: Readable, batchSize: number): AsyncGenerator<(string | null)[][]> {
  let rows: (string | null)[][] = [];
  let rest = '';
  // Chunks may end inside a character
  copy.setEncoding('utf8');
  for await (const piece of copy) {
    const lines = (rest + (piece as string)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      rows.push(valuesOf(line));
      if (rows.length < batchSize) continue;
      yield rows;
      rows = [];
    }
  }
  if (rows.length > 0) yield rows;
}
