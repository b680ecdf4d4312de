import { CsvError, parse } from 'csv-parse/sync';
import { AppError } from '../../lib/errors.ts';
import { type Row, type Rows, tooLong, type UnreadableRow } from './row.ts';
import { CsvSplitter, type CsvSyntax, type CsvText } from './split-csv.ts';

/** Called with the column names once they are known; throws if the mapping cannot use them. */
export type CheckColumns = (columns: readonly string[]) => void;

/**
 * Reads CSV whose first line names the columns. Lines must end in `\n`. Unnamed columns and blank rows are ignored. If
 * several columns have the same name, `name.0`, `name.1` ... are their cells, and `name` is the first one that is not
 * blank. A row that is too long, or has too many or too few fields, is unreadable. A misplaced quotation mark ends the
 * reading with BAD_INPUT, because the start of the next row is unknown.
 */
export async function* readCsv(text: AsyncIterable<string>, syntax: CsvSyntax, check?: CheckColumns): Rows {
  const splitter = new CsvSplitter(syntax);
  const reader = new RecordReader(syntax, check);
  for await (const piece of text) yield* reader.read([...splitter.split(piece)]);
  yield* reader.read([...splitter.end()]);
  if (!reader.hasColumns) throw unreadable('The file has no line that names the columns');
}

class RecordReader {
  readonly #syntax: CsvSyntax;
  readonly #check: CheckColumns | undefined;
  #columns: Columns | undefined;

  constructor(syntax: CsvSyntax, check: CheckColumns | undefined) {
    this.#syntax = syntax;
    this.#check = check;
  }

  get hasColumns(): boolean {
    return this.#columns !== undefined;
  }

  *read(records: readonly CsvText[]): Generator<Row | UnreadableRow> {
    const present = records.filter(({ text }) => text === undefined || text.trim() !== '');
    const fields = this.#parseAll(present.flatMap(({ text }) => text ?? [])) ?? this.#parseEach(present);
    for (const { line, text } of present) {
      if (text === undefined) yield tooLong(line);
      else {
        const row = this.#rowOf(line, fields.next().value as string[]);
        if (row) yield row;
      }
    }
  }

  /** Parses all records in one call; undefined if one of them is malformed. */
  #parseAll(texts: readonly string[]): Iterator<string[]> | undefined {
    try {
      return parse(texts.join('\n'), this.#options)[Symbol.iterator]();
    } catch (error) {
      if (error instanceof CsvError) return undefined;
      throw error;
    }
  }

  /** Parses the records one by one up to the malformed one, and throws an error with its line. */
  *#parseEach(records: readonly CsvText[]): Generator<string[]> {
    for (const { line, text } of records) {
      if (text === undefined) continue;
      try {
        yield parse(text, this.#options)[0]!;
      } catch (error) {
        if (!(error instanceof CsvError)) throw error;
        throw unreadable(error.message.replace(/\bat line \d+/, `at line ${line}`), error);
      }
    }
  }

  get #options() {
    const { delimiter, quote, escape: escapeMark } = this.#syntax;
    return { delimiter, quote, escape: escapeMark, record_delimiter: '\n', relax_column_count: true };
  }

  #rowOf(line: number, fields: readonly string[]): Row | UnreadableRow | undefined {
    if (!this.#columns) {
      this.#columns = new Columns(fields);
      this.#check?.(this.#columns.names);
      return undefined;
    }
    if (fields.every((field) => field.trim() === '')) return undefined;
    if (fields.length !== this.#columns.count) {
      return { line, reason: `${fields.length} fields instead of ${this.#columns.count}` };
    }
    return { line, cells: this.#columns.cellsOf(fields) };
  }
}

/** The columns of a file. Repeated columns become a list. */
class Columns {
  readonly count: number;
  readonly names: readonly string[];
  readonly #unique: readonly (readonly [name: string, index: number])[];
  readonly #repeated: readonly (readonly [name: string, indexes: readonly number[]])[];

  constructor(header: readonly string[]) {
    this.count = header.length;
    const byName = Map.groupBy(header.keys(), (index) => header[index]!.trim());
    byName.delete('');
    this.names = [...byName.keys()];
    const all = [...byName];
    this.#unique = all.flatMap(([name, [index, ...more]]) => (more.length === 0 ? [[name, index!] as const] : []));
    this.#repeated = all.filter(([, indexes]) => indexes.length > 1);
  }

  cellsOf(fields: readonly string[]): ReadonlyMap<string, string> {
    const cells = new Map(this.#unique.map(([name, index]) => [name, fields[index]!]));
    for (const [name, indexes] of this.#repeated) {
      const texts = indexes.map((index) => fields[index]!);
      for (const [place, text] of texts.entries()) cells.set(`${name}.${place}`, text);
      cells.set(name, texts.find((text) => text.trim() !== '') ?? '');
    }
    return cells;
  }
}

const unreadable = (message: string, cause?: unknown): AppError =>
  new AppError('BAD_INPUT', message, { field: 'file' }, { cause });
