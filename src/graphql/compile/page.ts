import { and, type SQL, sql } from 'drizzle-orm';
import { Hole } from '../hole.ts';
import type { Site } from './arguments.ts';
import { type Source, whereClause } from './conditions.ts';
import { cursorValues, readCursor, writeCursor } from './cursor.ts';
import { Declined, Unplanned } from './decline.ts';
import { cursorValue, keyset, type Level, orderClause } from './order.ts';
import type { Output } from './output.ts';
import type { Row } from './row.ts';
import type { Args, Supplied } from './supplied.ts';

interface PageOptions {
  site: Site;
  /** Arguments of the shape that is compiled. */
  args: Args;
  row: Row;
  levels: readonly Level[];
  /** The rows that are paged, under any alias: they are counted under another one. */
  source(row: Row): Source;
  sizes: { usual: number; most: number };
  /** Whether it is the page of a relation. */
  nested: boolean;
}

const largestSize = 100;
const isGiven = (value: unknown): boolean => value !== null && value !== undefined;

/** A page of rows: which rows, in what order, from where on, and how many. */
export class Page {
  readonly site: Site;
  readonly row: Row;
  /** Read from the end of the order; rows come reversed. */
  readonly backward: boolean;
  readonly after: boolean;
  readonly before: boolean;
  readonly #options: PageOptions;
  readonly #handedOut: SQL[] = [];

  constructor(options: PageOptions) {
    const { first, last, after, before } = options.args;
    if (isGiven(first) && isGiven(last)) throw new Declined('is paged from both ends');
    this.site = options.site;
    this.row = options.row;
    this.backward = isGiven(last);
    this.after = Boolean(after);
    this.before = Boolean(before);
    this.#options = options;
  }

  /** Throws for a size or a cursor that is refused. */
  check(supplied: Supplied): void {
    this.sizeFor(supplied);
    const { site, levels } = this.#options;
    if (this.after) readCursor(site, 'after', levels, supplied);
    if (this.before) readCursor(site, 'before', levels, supplied);
  }

  /** How many rows a request asks for. A size that is refused is the executor's to refuse. */
  sizeFor({ sites }: Supplied): number {
    const { first, last } = sites[this.site.index]!.args;
    const { usual, most } = this.#options.sizes;
    const size = (first ?? last ?? usual) as number;
    if (size < 0 || size > largestSize) throw new Unplanned('a page size that is refused');
    return Math.min(size, most);
  }

  /** The size as a parameter, and `more` rows with it. */
  size(more = 0): SQL {
    return sql`${new Hole<Supplied>((supplied) => this.sizeFor(supplied) + more)}`;
  }

  /** The levels of a row's cursor as JSON, and what makes a cursor of them. */
  get cursor(): { values: Output[]; write(args: Args): (values: readonly unknown[]) => string } {
    const { row, levels, nested } = this.#options;
    const values = levels.map((level, place) => cursorValue(row, level, place, nested));
    this.#handedOut.push(...values.flatMap(({ handOut }) => handOut ?? []));
    return { values: values.map(({ json }) => ({ sql: json })), write: (args) => writeCursor(levels, args) };
  }

  /** `(the rows of the page) as alias`, with `more` rows; to be asked for when all columns of the row were. */
  cut(more: number): SQL {
    const { row, levels, site } = this.#options;
    const { from, where } = this.#options.source(row);
    const past = this.after ? keyset(levels, cursorValues(site, 'after', levels), 'after') : undefined;
    const front = this.before ? keyset(levels, cursorValues(site, 'before', levels), 'before') : undefined;
    const rows = whereClause({ from, where: and(where, past, front) });
    const columns = sql.join([row.used, ...this.#handedOut], sql`, `);
    const order = orderClause(levels, this.backward);
    return sql`(select ${columns} from ${from}${rows}${order} limit ${this.size(more)}) as ${sql.identifier(row.alias)}`;
  }

  /** The same with each row's place in the page, from 1, as `n`. */
  cutNumbered(more: number): SQL {
    const rows = this.cut(more);
    return sql`(select ${this.row.used}, row_number() over () as "n" from ${rows}) as ${sql.identifier(this.row.alias)}`;
  }

  /** How many rows there are over all pages. */
  count(other: Row): SQL {
    const source = this.#options.source(other);
    return sql`(select count(*) from ${source.from}${whereClause(source)})`;
  }
}
