import type { Cells } from './cells.ts';

/** Text built from a row's columns; undefined if one of them has no value. */
export interface Template {
  /** The columns that a file must have. A question mark after a name makes the column optional. */
  columns: readonly string[];
  /** All columns, optional ones included, without question marks. */
  names: readonly string[];
  render(cells: Cells): string | undefined;
}

/** Compiles text with column names in braces: `{First} {Last}`. */
export function compileTemplate(text: string): Template {
  // Splitting by a group makes every second part the name of a column.
  const parts = text.split(/\{([^{}]+)\}/);
  const named = parts.filter((_, index) => index % 2 === 1);
  const plain = parts.map((part, index) => (index % 2 === 1 ? part.replace(/\?$/, '') : part));
  return {
    columns: named.filter((column) => !/^[.@]|\?$/.test(column)),
    names: plain.filter((_, index) => index % 2 === 1),
    render(cells) {
      const rendered = plain.map((part, index) => (index % 2 === 1 ? cells.get(part) : part));
      return rendered.includes(undefined) ? undefined : rendered.join('');
    },
  };
}
