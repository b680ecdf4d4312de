import type { SourceFile } from './mapping.ts';
import { readCsv } from './read-csv.ts';
import { readJsonLines } from './read-json-lines.ts';
import { type ReadingPosition, readTextFile } from './read-text-file.ts';
import { readXml } from './read-xml.ts';
import type { Rows } from './row.ts';

/** Reads a file row by row; never more of it is in memory than the rows of one piece of 256 KB. */
export function readRows(file: string, source: SourceFile, position?: ReadingPosition): Rows {
  const text = readTextFile(file, source.encoding, position);
  switch (source.format) {
    case 'csv':
      return readCsv(text, source.delimiter);
    case 'json-lines':
      return readJsonLines(text);
    case 'xml':
      return readXml(text, source.record);
  }
}
