import type { SQL } from 'drizzle-orm';
import type { Json } from '../compile/json.ts';
import type { Output } from '../compile/output.ts';
import type { Supplied } from '../compile/supplied.ts';
import type { ExportColumn } from './export-columns.ts';

/** What the statement selects for an exported row. */
export interface ExportedRows {
  /** The object of one row. */
  object: Output;
  /** The row as the format writes it, if the database can. */
  flat?: Json | undefined;
  columns: readonly ExportColumn[];
  from: SQL;
  /** SQL for the row's cursor, or for its values as JSON, and the function that turns it into the cursor. */
  cursor: { sql: SQL; write(text: string, supplied: Supplied): string };
  /** The response name of the cursor among the columns, and its place; undefined if the document does not select it. */
  cursorColumn?: { key: string; place: number } | undefined;
  /** Absent for any number. */
  mostRows?: number;
}
