import { and, type SQL, sql } from 'drizzle-orm';
import { Declined, Unplanned } from '../../access/decline.ts';
import { RequestPlaceholder } from '../declare/request-placeholder.ts';
import { pageSizes } from '../limits/sizes.ts';
import type { Site } from './arguments.ts';
import { type Source, whereClause } from './conditions.ts';
import { type CursorOptions, cursorParameters, readCursor } from './cursor.ts';
import type { Json } from './json.ts';
import { keyset, type Level, orderClause } from './order.ts';
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
  /** The levels that are expressions and go into cursors. */
  readonly #handedOut = new Set<number>();

  constructor(options: PageOptions) {
    const { first, last, after, before } = options.args;
    if (isGiven(first) && isGiven(last)) throw new Declined('is paged from both ends');
    this.site = options.site;
    this.row = options.row;
    this.backward = isGiven(last);
    this.after = Boolean(after);
    this.before = Boolean(before);
    // It is kept, so no value of the request that it was compiled for may be in it
    this.#options = { ...options, args: { first, last, orderBy: options.args.orderBy } };
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
    const size = this.#sizeIn(sites[this.site.index]!.args);
    if (size < 0 || size > pageSizes.most) throw new Unplanned('a page size that is refused');
    return Math.min(size, this.#options.sizes.most);
  }

  #sizeIn({ first, last }: Args): number {
    return (first ?? last ?? this.#options.sizes.usual) as number;
  }

  /** Whether each request may ask for another size. */
  get #sized(): boolean {
    return this.site.variable.has('first') || this.site.variable.has('last');
  }

  /** The size, and `more` rows with it. */
  size(more = 0): SQL {
    if (this.#sized) return sql`${new RequestPlaceholder<Supplied>((supplied) => this.sizeFor(supplied) + more)}`;
    const { args, sizes } = this.#options;
    return sql.raw(String(Math.min(this.#sizeIn(args), sizes.most) + more));
  }

  /** What makes the cursor of a row; to be asked for before the page is cut, which has to hand out what is in it. */
  get cursor(): CursorOptions {
    const { row, levels, args, nested } = this.#options;
    const alias = sql.identifier(row.alias);
    const values = levels.map(({ key, column }, place) => {
      if (column) return row.sql(key);
      this.#handedOut.add(place);
      return sql`${alias}.${handedOutAs(place)}`;
    });
    return { site: this.site, levels, values, args, nested };
  }

  /** `(the rows of the page) as alias`, with `more` rows; to be asked for when all columns of the row were. */
  cut(more: number): SQL {
    const { row, levels, site } = this.#options;
    const { from, where } = this.#options.source(row);
    const past = this.after ? keyset(levels, cursorParameters(site, 'after', levels), 'after') : undefined;
    const front = this.before ? keyset(levels, cursorParameters(site, 'before', levels), 'before') : undefined;
    const rows = whereClause({ from, where: and(where, past, front) });
    const expressions = [...this.#handedOut].map((place) => sql`${levels[place]!.inner} as ${handedOutAs(place)}`);
    const columns = sql.join([row.used, ...expressions], sql`, `);
    const order = orderClause(levels, this.backward);
    const alias = sql.identifier(row.alias);
    const cutTo = (size: SQL): SQL => sql`(select ${columns} from ${from}${rows}${order} limit ${size}) as ${alias}`;
    if (!this.#sized) return cutTo(this.size(more));
    // A plan that is made once for all sizes is made for the largest, not for a tenth of the table.
    const largest = cutTo(sql.raw(String(this.#options.sizes.most + more)));
    return sql`(select ${this.#columns} from ${largest} limit ${this.size(more)}) as ${alias}`;
  }

  /** The same with each row's place in the page, from 1, as `n`, and how many there are as `m`. */
  cutNumbered(more: number, counted: boolean): SQL {
    const rows = this.cut(more);
    const count = counted ? sql`, count(*) over () as "m"` : sql``;
    const alias = sql.identifier(this.row.alias);
    return sql`(select ${this.#columns}, row_number() over () as "n"${count} from ${rows}) as ${alias}`;
  }

  /** What the subquery that cuts the page hands out. */
  get #columns(): SQL {
    const alias = sql.identifier(this.row.alias);
    const expressions = [...this.#handedOut].map((place) => sql`${alias}.${handedOutAs(place)}`);
    return sql.join([this.row.used, ...expressions], sql`, `);
  }

  /** How many rows there are over all pages. */
  count(other: Row): Json {
    const source = this.#options.source(other);
    return [sql`(select count(*)::text from ${source.from}${whereClause(source)})`];
  }
}

const handedOutAs = (place: number): SQL => sql`${sql.identifier(`k${place}`)}`;
