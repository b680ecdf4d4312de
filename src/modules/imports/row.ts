/** One row of a file: text by column. */
export interface Row {
  /** The line on which it starts, counted from 1. */
  line: number;
  cells: ReadonlyMap<string, string>;
  /** Its file, if a folder is imported. */
  file?: string;
}

/** A row that cannot be read, although later rows can. */
export interface UnreadableRow {
  line: number;
  reason: string;
  file?: string;
}

/** The rows of a file, in order. Throws BAD_INPUT at the place after which the file cannot be read. */
export type Rows = AsyncIterable<Row | UnreadableRow>;

/** The longest row that is read, in UTF-16 units: bounds the memory that a row takes. */
export const longestRow = 1_000_000;

/** The result for a longer row, whose text is not kept. */
export const tooLong = (line: number): UnreadableRow => ({
  line,
  reason: `the row has more than ${longestRow} characters`,
});
