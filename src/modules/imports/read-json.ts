import { jsonLeaves } from './json-leaves.ts';
import { type Rows, tooLong } from './row.ts';
import { JsonSplitter, type JsonText } from './split-json.ts';

/**
 * Reads the objects in the given lists of a JSON document. Columns are paths (see `jsonLeaves`), which begin with the
 * path of the list (`cards.name`). Texts at the top of the document that precede a row are also columns.
 */
export async function* readJson(text: AsyncIterable<string>, lists: readonly string[]): Rows {
  const splitter = new JsonSplitter(lists);
  const heading = new Map<string, string>();
  for await (const piece of text) {
    for (const each of splitter.split(piece)) {
      if (each.text === undefined) {
        if (each.isElement) yield tooLong(each.line);
      } else if (each.isElement) yield rowOf(each.line, each.path, each.text, heading);
      else readHeading(heading, each);
    }
  }
  splitter.end();
}

function rowOf(line: number, path: string, text: string, heading: ReadonlyMap<string, string>) {
  const cells = jsonLeaves(text, path);
  return typeof cells === 'string' ? { line, reason: cells } : { line, cells: new Map([...heading, ...cells]) };
}

/** Malformed text gives no column: a row that requires the column then reports that it is missing. */
function readHeading(heading: Map<string, string>, { path, text }: JsonText): void {
  const cells = jsonLeaves(`{"text":${text}}`);
  if (typeof cells !== 'string') heading.set(path, cells.get('text')!);
}
