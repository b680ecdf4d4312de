import path from 'node:path';
import { AppError } from '../../lib/errors.ts';
import { RowCells } from './cells.ts';
import type { Lookup, Mapping, SourceFile } from './mapping.ts';
import { readRows } from './read-rows.ts';
import type { SourceFiles, SourcePath } from './source-files.ts';
import { compileTemplate } from './template.ts';

const mostEntries = 1_000_000;

/** Tables for translating values, from the imported file or files in the same folder; all in memory. */
export class Lookups {
  readonly #tables: ReadonlyMap<string, ReadonlyMap<string, string>>;

  private constructor(tables: ReadonlyMap<string, ReadonlyMap<string, string>>) {
    this.#tables = tables;
  }

  static async load({ paths, folder }: SourceFiles, mapping: Mapping): Promise<Lookups> {
    const tables = new Map(Object.keys(mapping.lookups).map((name) => [name, new Map<string, string>()]));
    const byFile = Map.groupBy(Object.entries(mapping.lookups), ([, { file }]) => file);
    for (const [file, lookups] of byFile) {
      const own = file === undefined;
      const lists = [...new Set(lookups.flatMap(([, { records = [] }]) => records))];
      const source = own ? withLists(mapping.file, lists) : sourceOf(file, lists);
      await fill(own ? paths : [{ path: path.join(folder, file) }], source, lookups, tables, new Set(mapping.absent));
    }
    return new Lookups(tables);
  }

  /** Empty tables: enough to find the columns that a mapping uses. */
  static empty({ lookups }: Pick<Mapping, 'lookups'>): Lookups {
    return new Lookups(new Map(Object.keys(lookups).map((name) => [name, new Map()])));
  }

  /** Throws BAD_INPUT if the mapping has no such table. */
  get(name: string): ReadonlyMap<string, string> {
    const table = this.#tables.get(name);
    if (table) return table;
    throw new AppError('BAD_INPUT', `mapping: lookups: no lookup is named "${name}"`, { field: 'map' });
  }
}

/**
 * If several rows have the same key, the first one is used. Rows without a key are skipped: they may be of other
 * tables.
 */
async function fill(
  paths: readonly SourcePath[],
  source: SourceFile,
  lookups: readonly (readonly [string, Lookup])[],
  tables: ReadonlyMap<string, Map<string, string>>,
  absent: ReadonlySet<string>,
): Promise<void> {
  const makers = lookups.map(([name, { key, value }]) => ({
    table: tables.get(name)!,
    key: compileTemplate(key),
    values: value.map(compileTemplate),
  }));
  for await (const row of readRows(paths, source)) {
    if ('reason' in row) continue;
    const cells = new RowCells(row.cells, absent);
    for (const { table, key, values } of makers) {
      const known = key.render(cells);
      const text = values.map(({ render }) => render(cells)).find((each) => each !== undefined);
      if (known !== undefined && text !== undefined && !table.has(known)) table.set(known, text);
      if (table.size > mostEntries) throw new AppError('BAD_INPUT', 'A lookup has too many rows', { field: 'map' });
    }
  }
}

const withLists = (file: SourceFile, lists: readonly string[]): SourceFile =>
  file.format === 'json' && lists.length > 0 ? { ...file, records: [...lists] } : file;

function sourceOf(file: string, lists: readonly string[]): SourceFile {
  const encoding = 'utf-8';
  switch (path.extname(file.replace(/\.gz$/, ''))) {
    case '.json':
      return { format: 'json', encoding, ...(lists.length > 0 && { records: [...lists] }) };
    case '.jsonl':
    case '.ndjson':
      return { format: 'json-lines', encoding };
    default:
      return { format: 'csv', encoding, delimiter: ',', quote: '"', escape: '"' };
  }
}
