import type { ExportColumn } from './export-columns.ts';
import type { FlatForm } from './flat-row.ts';

/** How rows are written. */
export interface ExportFormat {
  type: string;
  extension: string;
  /** What comes before the first row. */
  head(columns: readonly ExportColumn[]): string;
  /** The lines of rows, whose cells are in the order of the columns. */
  lines(columns: readonly ExportColumn[], rows: readonly (readonly unknown[])[]): string;
  flat: FlatForm;
  /** The lines of rows that the database wrote in the form `flat`; each of `rows` ends with a line feed. */
  flatLines(columns: readonly ExportColumn[], rows: Buffer): Buffer;
}

/** JSON has it only as an escape. */
const separator = '\t';

/** Spreadsheets run a cell with one of these first characters as a formula; some also take the full-width forms. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;
/**
 * The same after what ends a cell where spreadsheets expect semicolons or tabs: they split cells there, even inside
 * quotes.
 */
const formulaInside = /([;\t\r\n]"*)(?=[=+\-@＝＋－＠])/g;
const toQuote = /[",;\r\n]|^\s|\s$/;

/** Null is an empty cell; an empty text is `""`, so that the two differ. */
function cell(value: unknown, kind: ExportColumn['kind']): string {
  if (value === null) return '';
  const plain = typeof value === 'string' ? value : kind === 'json' ? JSON.stringify(value) : String(value);
  if (plain === '') return '""';
  const text = kind === 'number' ? plain : withoutFormulas(plain);
  return toQuote.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const withoutFormulas = (text: string): string =>
  (formula.test(text) ? `'${text}` : text).replace(formulaInside, "$1'");

const csv: ExportFormat = {
  type: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  head: (columns) => `${columns.map(({ name }) => name).join(',')}\r\n`,
  lines(columns, rows) {
    let text = '';
    for (const row of rows) {
      for (let place = 0; place < columns.length; place++) {
        text += `${place ? ',' : ''}${cell(row[place], columns[place]!.kind)}`;
      }
      text += '\r\n';
    }
    return text;
  },
  flat: { separator, cell: (_column, json) => json, row: (cells) => cells },
  flatLines(columns, rows) {
    let text = '';
    for (const row of rows.toString().slice(0, -1).split('\n')) {
      text += needsCare.test(row) ? carefully(row, columns) : row.replaceAll('"', '').replaceAll(separator, ',');
      text += '\r\n';
    }
    return Buffer.from(text);
  },
};

/**
 * Whether a row of cells as JSON has a cell that is not the same without its quotes: null, a list, a text that needs
 * quotes or may be a formula. Some rows match without need, such as those with a number below zero.
 */
const needsCare = /[\\,;]|(?:^|\t)(?:"\W|[n[{-])|\s"(?:\t|$)/;

const carefully = (row: string, columns: readonly ExportColumn[]): string =>
  row
    .split(separator)
    .map((json, place) => cell(JSON.parse(json), columns[place]!.kind))
    .join(',');

const jsonLines: ExportFormat = {
  type: 'application/jsonl; charset=utf-8',
  extension: 'jsonl',
  head: () => '',
  lines(columns, rows) {
    let text = '';
    for (const row of rows) {
      text += '{';
      for (let place = 0; place < columns.length; place++) {
        text += `${place ? ',' : ''}"${columns[place]!.name}":${JSON.stringify(row[place])}`;
      }
      text += '}\n';
    }
    return text;
  },
  flat: {
    separator: ',',
    cell: (column, json) => [`"${column}":`, ...json],
    row: (cells) => ['{', ...cells, '}'],
  },
  flatLines: (_columns, rows) => rows,
};

/** RFC 4180, and one JSON object for each line. */
export const exportFormats = { csv, jsonl: jsonLines } as const satisfies Record<string, ExportFormat>;
