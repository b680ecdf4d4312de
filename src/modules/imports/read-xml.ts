import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { AppError } from '../../lib/errors.ts';
import { longestRow, type Row, type Rows, tooLong, type UnreadableRow } from './row.ts';

/**
 * Reads the elements with the given name as rows. Columns are the paths of the elements inside (`user`, `user/name`),
 * attributes (`@id`, `user/@id`), and elements outside of rows that precede the row (a header of the file). If an
 * element is repeated, the first one with text counts. A row that is too long is unreadable. Malformed XML, or too much
 * text without a tag, ends the reading with BAD_INPUT.
 */
export async function* readXml(text: AsyncIterable<string>, record: string): Rows {
  const collector = new RowCollector(record);
  const parser = new SaxesParser();
  const fail = (reason: string, cause?: unknown): never => {
    throw new AppError('BAD_INPUT', `line ${parser.line}: ${reason}`, { field: 'file' }, { cause });
  };
  // Bounds what the parser buffers of an unfinished tag or text
  let buffered = 0;
  parser.on('opentag', (tag) => {
    buffered = 0;
    if (!collector.open(tag, parser.line)) fail('nested too deeply');
  });
  parser.on('text', (content) => collector.text(content));
  parser.on('cdata', (content) => collector.text(content));
  parser.on('closetag', () => {
    buffered = 0;
    collector.close();
  });
  parser.on('error', (error) => fail(error.message.replace(/^\d+:\d+: /, ''), error));
  for await (const chunk of text) {
    buffered += chunk.length;
    parser.write(chunk);
    if (buffered > mostBuffered) fail(`more than ${mostBuffered} characters without a tag`);
    yield* collector.take();
  }
  parser.close();
  yield* collector.take();
}

const mostBuffered = 10 * longestRow;
const deepest = 50;

/** An element that is still open. */
interface OpenElement {
  path: string;
  text: string;
}

class RowCollector {
  readonly #record: string;
  /** Texts of the elements outside of rows that precede the current row. */
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

  /** Returns false if elements are nested too deeply. */
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
   * An element of the row overrides a header of the same name. Among the row's own elements, the first with text
   * counts.
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
