/** One record of a file, as text by column. */
export interface Row {
  /** Where it starts in the file; the first line is 1. */
  line: number;
  cells: ReadonlyMap<string, string>;
}

/** A record that could not even be read; the ones after it can. */
export interface UnreadableRow {
  line: number;
  reason: string;
}

/** What a reader of a file gives, in the order of the file. Throws BAD_INPUT where nothing after can be read. */
export type Rows = AsyncIterable<Row | UnreadableRow>;
