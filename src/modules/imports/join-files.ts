import path from 'node:path';
import { AppError } from '../../lib/errors.ts';
import type { Join } from './mapping.ts';
import { readCsv } from './read-csv.ts';
import { readTextFile } from './read-text-file.ts';
import type { Row } from './row.ts';

/** A joined file: its rows by key, all in memory. */
interface Table {
  on: string;
  columns: readonly string[];
  rows: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Adds columns of other files to rows with the same key. */
export class JoinedFiles {
  readonly #tables: readonly Table[];

  private constructor(tables: readonly Table[]) {
    this.#tables = tables;
  }

  /** Loads the files from the folder. Throws BAD_INPUT if one of them has a row that cannot be read. */
  static async open(folder: string, joins: readonly Join[]): Promise<JoinedFiles> {
    const tables: Table[] = [];
    for (const join of joins) tables.push(await load(path.join(folder, join.file), join));
    return new JoinedFiles(tables);
  }

  get columns(): string[] {
    return this.#tables.flatMap(({ columns }) => columns);
  }

  /** The row with the columns of its matches; its own columns take precedence. */
  extend(row: Row): Row {
    if (this.#tables.length === 0) return row;
    const cells = new Map(row.cells);
    for (const { on, rows } of this.#tables) {
      const match = rows.get(row.cells.get(on)?.trim() ?? '');
      for (const [column, text] of match ?? []) if (!cells.has(column)) cells.set(column, text);
    }
    return { ...row, cells };
  }
}

async function load(file: string, { on, encoding, ...syntax }: Join): Promise<Table> {
  const rows = new Map<string, ReadonlyMap<string, string>>();
  let columns: readonly string[] = [];
  const check = (found: readonly string[]): void => {
    columns = found;
    if (!found.includes(on)) throw badFile(file, `no column ${on}`);
  };
  for await (const row of readCsv(readTextFile(file, encoding), syntax, check)) {
    if ('reason' in row) throw badFile(file, `line ${row.line}: ${row.reason}`);
    const key = row.cells.get(on)!.trim();
    // If several rows have the same key, the first one is used.
    if (!rows.has(key)) rows.set(key, row.cells);
  }
  return { on, columns, rows };
}

const badFile = (file: string, reason: string): AppError =>
  new AppError('BAD_INPUT', `${file}: ${reason}`, { field: 'map' });
