import path from 'node:path';
import type { SourceFile } from './mapping.ts';
import { type CheckColumns, readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { readJsonLines } from './read-json-lines.ts';
import { type ReadingPosition, readTextFile } from './read-text-file.ts';
import { readXml } from './read-xml.ts';
import type { Rows } from './row.ts';
import type { SourcePath } from './source-files.ts';

export interface ReadingOptions {
  position?: ReadingPosition;
  /** Called with the columns of CSV, before any row; throws if the mapping cannot use them. */
  check?: CheckColumns;
}

/** Reads files row by row. At most the rows of one chunk of 256 KB are in memory. */
export async function* readRows(
  paths: readonly SourcePath[],
  source: SourceFile,
  { position, check }: ReadingOptions = {},
): Rows {
  for (const { path: file, name } of paths) {
    const rows = readFormat(readTextFile(file, source.encoding, position), source, check);
    if (name === undefined) yield* rows;
    else yield* named(rows, name);
  }
}

/** The rows of a file in a folder, with the columns `@folder` and `@file`: the names of its folder and of itself. */
async function* named(rows: Rows, name: string): Rows {
  const place = [
    ['@folder', path.posix.basename(path.posix.dirname(name))],
    ['@file', path.posix.basename(name, path.posix.extname(name))],
  ] as const;
  for await (const row of rows) {
    yield 'reason' in row ? { ...row, file: name } : { ...row, file: name, cells: new Map([...row.cells, ...place]) };
  }
}

function readFormat(text: AsyncIterable<string>, source: SourceFile, check: CheckColumns | undefined): Rows {
  switch (source.format) {
    case 'csv':
      return readCsv(text, source, check);
    case 'json-lines':
      return readJsonLines(text);
    case 'json':
      return readJson(text, source.records ?? ['']);
    case 'xml':
      return readXml(text, source.record);
  }
}
