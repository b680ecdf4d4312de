import path from 'node:path';
import { AppError } from '../../lib/errors.ts';
import type { Join } from './mapping.ts';
import { readCsv } from './read-csv.ts';
import { readTextFile } from './read-text-file.ts';
import type { Row, Rows } from './row.ts';

/** The rows of a joined file by key, all in memory. */
interface Lookup {
  on: string;
  columns: readonly string[];
  rows: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Adds the columns of other files to rows that have the same key. */
export class JoinedFiles {
  readonly #lookups: readonly Lookup[];

  private constructor(lookups: readonly Lookup[]) {
    this.#lookups = lookups;
  }

  /** Loads the files, which lie beside the imported one. Throws BAD_INPUT when one of them cannot be read whole. */
  static async open(importedFile: string, joins: readonly Join[]): Promise<JoinedFiles> {
    const lookups: Lookup[] = [];
    for (const join of joins) lookups.push(await load(joinedFile(importedFile, join), join));
    return new JoinedFiles(lookups);
  }

  get columns(): string[] {
    return this.#lookups.flatMap(({ columns }) => columns);
  }

  /** The row with the columns of its matches; its own come first. */
  extend(row: Row): Row {
    if (this.#lookups.length === 0) return row;
    const cells = new Map(row.cells);
    for (const { on, rows } of this.#lookups) {
      const match = rows.get(row.cells.get(on)?.trim() ?? '');
      for (const [column, text] of match ?? []) if (!cells.has(column)) cells.set(column, text);
    }
    return { line: row.line, cells };
  }
}

export const joinedFile = (importedFile: string, { file }: Pick<Join, 'file'>): string =>
  path.join(path.dirname(importedFile), file);

async function load(file: string, { on, encoding, delimiter }: Join): Promise<Lookup> {
  const rows = new Map<string, ReadonlyMap<string, string>>();
  let columns: string[] = [];
  for await (const row of readCsv(readTextFile(file, encoding), delimiter) as Rows) {
    if ('reason' in row) throw refused(file, `line ${row.line}: ${row.reason}`);
    columns = [...row.cells.keys()];
    const key = row.cells.get(on)?.trim();
    if (key === undefined) throw refused(file, `no column ${on}`);
    // Of rows with the same key, the first counts.
    if (!rows.has(key)) rows.set(key, row.cells);
  }
  return { on, columns, rows };
}

const refused = (file: string, reason: string): AppError =>
  new AppError('BAD_INPUT', `${file}: ${reason}`, { field: 'map' });
