import { longestRow } from './row.ts';

/** One record of a CSV file; `text` is undefined if the record is too long. */
export interface CsvText {
  line: number;
  text: string | undefined;
}

export interface CsvSyntax {
  delimiter: string;
  /** Encloses fields that contain delimiters or line feeds; null if fields are never quoted. */
  quote: string | null;
  /** Escapes a quotation mark inside a quoted field. */
  escape: string;
}

/**
 * Splits text that arrives in chunks into CSV records, without parsing their fields. The text of a record that is too
 * long is not kept, but its end is found, so that the next record starts at the right place.
 */
export class CsvSplitter {
  readonly #syntax: CsvSyntax;
  readonly #marks: RegExp;
  /** The current record so far; if it is too long, only its last characters. */
  #text = '';
  #isTooLong = false;
  #line = 1;
  #start = 1;
  #quoted = false;
  /** Positions in the whole text: the start of the chunk, an escaped character, the last closing quotation mark. */
  #pieceAt = 0;
  #escapedAt = -1;
  #closedAt = -1;

  constructor(syntax: CsvSyntax) {
    this.#syntax = syntax;
    const marks = ['\n', ...(syntax.quote === null ? [] : [syntax.quote, syntax.escape])];
    this.#marks = new RegExp(
      `[${marks.map((mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}]`,
      'g',
    );
  }

  /** The records that end in this chunk. */
  *split(piece: string): Generator<CsvText> {
    let from = 0;
    for (const { 0: mark, index } of piece.matchAll(this.#marks)) {
      if (mark !== '\n') this.#take(piece, from, index, mark);
      else if (this.#quoted) this.#line++;
      else {
        yield this.#finish(piece.slice(from, index));
        from = index + 1;
      }
    }
    this.#keep(piece.slice(from));
    this.#pieceAt += piece.length;
  }

  /** The last record, if no line feed ends it. */
  *end(): Generator<CsvText> {
    if (this.#text || this.#isTooLong) yield this.#finish('');
  }

  /** Updates the state at a quotation mark or escape: whether the following text is inside a quoted field. */
  #take(piece: string, from: number, index: number, mark: string): void {
    const at = this.#pieceAt + index;
    const { quote, escape: escapeMark } = this.#syntax;
    if (at === this.#escapedAt) return;
    if (this.#quoted && mark === escapeMark && escapeMark !== quote) this.#escapedAt = at + 1;
    else if (mark !== quote) return;
    else if (this.#quoted) {
      this.#quoted = false;
      this.#closedAt = at;
    } else
      this.#quoted = this.#closedAt === at - 1 || this.#isFieldStart(piece.slice(Math.max(from, index - 4), index));
  }

  #isFieldStart(before: string): boolean {
    const text = this.#text.slice(-4) + before;
    return text === '' || text.endsWith(this.#syntax.delimiter);
  }

  #keep(text: string): void {
    this.#isTooLong ||= this.#text.length + text.length > longestRow;
    this.#text = this.#isTooLong ? (this.#text.slice(-4) + text).slice(-4) : this.#text + text;
  }

  #finish(text: string): CsvText {
    this.#keep(text);
    const record = { line: this.#start, text: this.#isTooLong ? undefined : this.#text };
    this.#text = '';
    this.#isTooLong = false;
    this.#closedAt = -1;
    this.#line++;
    this.#start = this.#line;
    return record;
  }
}
