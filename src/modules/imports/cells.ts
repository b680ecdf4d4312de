import { AppError } from '../../lib/errors.ts';

/** The values of a row, or of an element of a list in a row, by column name. */
export interface Cells {
  /** The value of a column, trimmed; undefined if it has none. */
  get(column: string): string | undefined;
  /** The elements of a list, in order. */
  elements(list: string): Cells[];
  /** The same cells with one more column. */
  with(column: string, text: string): Cells;
}

const unreadable = /[\0\uFFFD]/;
const index = /^\d+$/;

/** The cells of a row. Unknown columns, and cells with one of the absent texts, have no value. */
export class RowCells implements Cells {
  readonly #cells: ReadonlyMap<string, string>;
  readonly #absent: ReadonlySet<string>;
  /** The path of the list element to which columns with a leading dot belong. */
  readonly #element: string | undefined;

  constructor(cells: ReadonlyMap<string, string>, absent: ReadonlySet<string>, element?: string) {
    this.#cells = cells;
    this.#absent = absent;
    this.#element = element;
  }

  get(column: string): string | undefined {
    const text = this.#cells.get(this.#pathOf(column))?.trim();
    if (text !== undefined && unreadable.test(text)) {
      throw new AppError('BAD_INPUT', `column ${column} has a character that is invalid in the file's encoding`);
    }
    return text === undefined || this.#absent.has(text) ? undefined : text;
  }

  /** `a.*.b` means the lists `b` of all elements of `a`. A single column is a list of one element. */
  elements(list: string): Cells[] {
    const path = this.#pathOf(list);
    const steps = path.split('.');
    const found = new Set<string>();
    for (const column of this.#cells.keys()) {
      const keys = column.split('.');
      const isInside = steps.every((step, at) => (step === '*' ? index.test(keys[at] ?? '') : step === keys[at]));
      if (isInside && index.test(keys[steps.length] ?? '')) found.add(keys.slice(0, steps.length + 1).join('.'));
    }
    if (found.size === 0 && this.#cells.has(path)) found.add(path);
    return [...found].map((element) => new RowCells(this.#cells, this.#absent, element));
  }

  with(column: string, text: string): Cells {
    return new MoreCells(this, column, text);
  }

  /** `.` is the element, `.name` a column of it, `..name` a column of the object that contains the list. */
  #pathOf(column: string): string {
    if (this.#element === undefined || !column.startsWith('.')) return column;
    if (column === '.') return this.#element;
    if (!column.startsWith('..')) return this.#element + column;
    const holder = this.#element.split('.').slice(0, -2);
    return [...holder, column.slice(2)].join('.');
  }
}

class MoreCells implements Cells {
  readonly #cells: Cells;
  readonly #column: string;
  readonly #text: string;

  constructor(cells: Cells, column: string, text: string) {
    this.#cells = cells;
    this.#column = column;
    this.#text = text;
  }

  get(column: string): string | undefined {
    return column === this.#column ? this.#text : this.#cells.get(column);
  }

  elements(list: string): Cells[] {
    return this.#cells.elements(list).map((element) => element.with(this.#column, this.#text));
  }

  with(column: string, text: string): Cells {
    return new MoreCells(this, column, text);
  }
}
