import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { AppError } from '../../lib/errors.ts';
import { longestRow, type Row, type Rows, tooLong, type UnreadableRow } from './row.ts';

/**
 * Reads the elements of one name as rows. Columns are the elements inside by their paths (`user`, `user/name`), the
 * attributes with an `@` (`@id`, `user/@id`), and what stood before the row beside it (a heading of the file). Of
 * elements that repeat, the first with text counts. A row that is too long is unreadable; XML that is not well-formed,
 * or has a text without end, ends the reading.
 */
export async function* readXml(text: AsyncIterable<string>, record: string): Rows {
  const collector = new RowCollector(record);
  const parser = new SaxesParser();
  const fail = (reason: string, cause?: unknown): never => {
    throw new AppError('BAD_INPUT', `line ${parser.line}: ${reason}`, { field: 'file' }, { cause });
  };
  // The parser keeps what it has read of a tag or a text
  let held = 0;
  parser.on('opentag', (tag) => {
    held = 0;
    if (!collector.open(tag, parser.line)) fail('nested too deeply');
  });
  parser.on('text', (content) => collector.text(content));
  parser.on('cdata', (content) => collector.text(content));
  parser.on('closetag', () => {
    held = 0;
    collector.close();
  });
  parser.on('error', (error) => fail(error.message.replace(/^\d+:\d+: /, ''), error));
  for await (const chunk of text) {
    held += chunk.length;
    parser.write(chunk);
    if (held > mostHeld) fail(`more than ${mostHeld} characters without a tag`);
    yield* collector.take();
  }
  parser.close();
  yield* collector.take();
}

const mostHeld = 10 * longestRow;
const deepest = 50;

/** An element that is still open. */
interface OpenElement {
  path: string;
  text: string;
}

class RowCollector {
  readonly #record: string;
  /** The elements before the current row, outside of rows. */
  readonly #heading = new Map<string, string>();
  /** The open elements around rows. */
  readonly #outer: OpenElement[] = [];
  #inner: OpenElement[] = [];
  #row: { line: number; cells: Map<string, string> } | undefined;
  /** Characters of the row. */
  #length = 0;
  #rows: (Row | UnreadableRow)[] = [];

  constructor(record: string) {
    this.#record = record;
  }

  /** False when elements are nested too deeply. */
  open({ name, attributes }: SaxesTagPlain, line: number): boolean {
    if (!this.#row && name === this.#record) {
      this.#row = { line, cells: new Map(this.#heading) };
      this.#length = 0;
      this.#attributes('', attributes);
      return true;
    }
    if (!this.#row) return this.#outer.push({ path: name, text: '' }) <= deepest;
    const path = [this.#inner.at(-1)?.path, name].filter(Boolean).join('/');
    this.#attributes(`${path}/`, attributes);
    return this.#inner.push({ path, text: '' }) <= deepest;
  }

  text(content: string): void {
    const element = this.#row ? this.#inner.at(-1) : this.#outer.at(-1);
    if (!element) return;
    this.#length += content.length;
    if (element.text.length + content.length <= longestRow && (!this.#row || this.#length <= longestRow))
      element.text += content;
  }

  close(): void {
    const element = this.#row ? this.#inner.pop() : this.#outer.pop();
    if (element && this.#row) this.#set(this.#row.cells, element);
    else if (element) this.#set(this.#heading, element);
    else this.#finish();
  }

  take(): (Row | UnreadableRow)[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #attributes(prefix: string, attributes: Record<string, string>): void {
    for (const [name, value] of Object.entries(attributes)) {
      this.#length += value.length;
      if (this.#length <= longestRow) this.#row?.cells.set(`${prefix}@${name}`, value);
    }
  }

  /**
   * An element of the row overrides a heading of the same name; of the row's own elements, the first with text counts.
   */
  #set(cells: Map<string, string>, { path, text }: OpenElement): void {
    const known = cells.get(path);
    const inherited = cells !== this.#heading && known === this.#heading.get(path);
    if (!known?.trim() || inherited) cells.set(path, text);
  }

  #finish(): void {
    if (this.#row) this.#rows.push(this.#length > longestRow ? tooLong(this.#row.line) : this.#row);
    this.#row = undefined;
  }
}
