import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { AppError } from '../../lib/errors.ts';
import type { Rows } from './row.ts';

const options = {
  bom: true,
  info: true,
  record_delimiter: ['\r\n', '\n'],
  relax_column_count: true,
  skip_empty_lines: true,
};

interface Parsed {
  record: string[];
  info: { lines: number };
}

/**
 * Reads CSV whose first line names the columns. A row with too many or too few fields is unreadable; a quotation mark
 * out of place ends the reading, since nobody knows where the next row begins.
 */
export async function* readCsv(text: AsyncIterable<string>, delimiter: string): Rows {
  const parser = parse({ ...options, delimiter });
  const source = Readable.from(text);
  source.on('error', (error) => parser.destroy(error));
  let names: string[] | undefined;
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<Parsed>) {
      const line = info.lines - newlines(record);
      if (!names) names = checkHeader(record);
      else if (record.length !== names.length) {
        yield { line, reason: `${record.length} fields instead of ${names.length}` };
      } else yield { line, cells: new Map(names.map((name, index) => [name, record[index]!])) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new AppError('BAD_INPUT', error.message, { field: 'file' }, { cause: error });
  } finally {
    source.destroy();
  }
  if (!names) throw new AppError('BAD_INPUT', 'The file has no line that names the columns', { field: 'file' });
}

function checkHeader(record: readonly string[]): string[] {
  const names = record.map((name) => name.trim());
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) {
    throw new AppError('BAD_INPUT', `The file has two columns named "${double}"`, { field: 'file' });
  }
  return names;
}

/** How many lines a record has beside its last one. */
const newlines = (record: readonly string[]): number =>
  record.reduce((count, field) => count + (field.includes('\n') ? field.split('\n').length - 1 : 0), 0);
