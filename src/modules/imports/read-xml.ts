import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { AppError } from '../../lib/errors.ts';
import type { Row, Rows } from './row.ts';

/**
 * Reads the elements of one name as rows. Columns are the elements inside by their paths (`user`, `user/name`), the
 * attributes with an `@` (`@id`, `user/@id`), and what stood before the row beside it (a heading of the file). Of
 * elements that repeat, the first with text counts. XML that is not well-formed ends the reading.
 */
export async function* readXml(text: AsyncIterable<string>, record: string): Rows {
  const collector = new RowCollector(record);
  const parser = new SaxesParser();
  parser.on('opentag', (tag) => collector.open(tag, parser.line));
  parser.on('text', (content) => collector.text(content));
  parser.on('cdata', (content) => collector.text(content));
  parser.on('closetag', () => collector.close());
  parser.on('error', (error) => {
    const reason = error.message.replace(/^\d+:\d+: /, '');
    throw new AppError('BAD_INPUT', `line ${parser.line}: ${reason}`, { field: 'file' }, { cause: error });
  });
  for await (const chunk of text) {
    parser.write(chunk);
    yield* collector.take();
  }
  parser.close();
  yield* collector.take();
}

/** An element that is not closed yet. */
interface OpenElement {
  path: string;
  text: string;
}

class RowCollector {
  readonly #record: string;
  /** What stood beside the rows so far. */
  readonly #heading = new Map<string, string>();
  /** The elements around and outside of rows. */
  readonly #outer: OpenElement[] = [];
  #inner: OpenElement[] = [];
  #row: { line: number; cells: Map<string, string> } | undefined;
  #rows: Row[] = [];

  constructor(record: string) {
    this.#record = record;
  }

  open({ name, attributes }: SaxesTagPlain, line: number): void {
    if (!this.#row && name === this.#record) {
      this.#row = { line, cells: new Map(this.#heading) };
      this.#attributes('', attributes);
      return;
    }
    if (!this.#row) {
      this.#outer.push({ path: name, text: '' });
      return;
    }
    const path = [this.#inner.at(-1)?.path, name].filter(Boolean).join('/');
    this.#inner.push({ path, text: '' });
    this.#attributes(`${path}/`, attributes);
  }

  text(content: string): void {
    const element = this.#row ? this.#inner.at(-1) : this.#outer.at(-1);
    if (element) element.text += content;
  }

  close(): void {
    const element = this.#row ? this.#inner.pop() : this.#outer.pop();
    if (element && this.#row) this.#set(this.#row.cells, element);
    else if (element) this.#set(this.#heading, element);
    else this.#finish();
  }

  take(): Row[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #attributes(prefix: string, attributes: Record<string, string>): void {
    for (const [name, value] of Object.entries(attributes)) this.#row?.cells.set(`${prefix}@${name}`, value);
  }

  /** A row's own element takes the place of a heading of that name; of its own, the first with text stays. */
  #set(cells: Map<string, string>, { path, text }: OpenElement): void {
    const known = cells.get(path);
    const inherited = cells !== this.#heading && known === this.#heading.get(path);
    if (!known?.trim() || inherited) cells.set(path, text);
  }

  #finish(): void {
    if (this.#row) this.#rows.push(this.#row);
    this.#row = undefined;
  }
}
