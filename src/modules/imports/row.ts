/** One record of a file, as text by column. */
export interface Row {
  /** Where it starts in the file; the first line is 1. */
  line: number;
  cells: ReadonlyMap<string, string>;
  /** In a folder: its file. */
  file?: string;
}

/** A record that could not be read; later ones can be. */
export interface UnreadableRow {
  line: number;
  reason: string;
  file?: string;
}

/** The rows of a file in order. Throws BAD_INPUT where the rest of the file cannot be read. */
export type Rows = AsyncIterable<Row | UnreadableRow>;

/** The longest record that is read, in UTF-16 units: it bounds the memory that one row takes. */
export const longestRow = 1_000_000;

/** The row for a record that is longer: none of it is kept. */
export const tooLong = (line: number): UnreadableRow => ({
  line,
  reason: `the row has more than ${longestRow} characters`,
});
