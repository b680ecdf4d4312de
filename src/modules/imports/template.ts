import { AppError } from '../../lib/errors.ts';

/** What a row has in a column, trimmed; undefined when there is nothing. */
export type Cells = (column: string) => string | undefined;

/** Text made of a row's columns; undefined as soon as one of them is. */
export interface Template {
  columns: readonly string[];
  render(cells: Cells): string | undefined;
}

/** Compiles text with `{Columns}` in it. */
export function compileTemplate(text: string): Template {
  // Every second part is the name of a column.
  const parts = text.split(/\{([^{}]+)\}/);
  return {
    columns: parts.filter((_, index) => index % 2 === 1),
    render(cells) {
      const rendered = parts.map((part, index) => (index % 2 === 1 ? cells(part) : part));
      return rendered.includes(undefined) ? undefined : rendered.join('');
    },
  };
}

const unreadable = /[\0\uFFFD]/;

/** The cells of a row for templates. A cell with one of the absent texts is not there, nor is an unknown column. */
export const cellsOf =
  (cells: ReadonlyMap<string, string>, absent: ReadonlySet<string>): Cells =>
  (column) => {
    const text = cells.get(column)?.trim();
    if (text !== undefined && unreadable.test(text)) {
      throw new AppError('BAD_INPUT', `column ${column} has a character that is not of the file's encoding`);
    }
    return text === undefined || absent.has(text) ? undefined : text;
  };
