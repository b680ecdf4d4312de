import type { Cells } from './cells.ts';

/** Text built from a row's columns; undefined if one of them has no value. */
export interface Template {
  /** Those that a file must have: a question mark after the name of a column says that it may be missing. */
  columns: readonly string[];
  /** All of them, without the question marks. */
  names: readonly string[];
  render(cells: Cells): string | undefined;
}

/** Compiles text with `{Columns}` in it. */
export function compileTemplate(text: string): Template {
  // Every second part is a column's name.
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
