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
  /** The paged rows, under any alias: the count uses another alias. */
  source(row: Row): Source;
  sizes: { default: number; max: number };
  /** Whether it is the page of a relation. */
  nested: boolean;
}

const isGiven = (value: unknown): boolean => value !== null && value !== undefined;

/** A page of rows: which rows, in what order, where to start, and how many. */
export class Page {
  readonly site: Site;
  readonly row: Row;
  /** Read from the end of the order; the rows arrive reversed. */
  readonly backward: boolean;
  readonly after: boolean;
  readonly before: boolean;
  readonly #options: PageOptions;
  /** The levels whose expressions the subquery returns for cursors, by index. */
  readonly #cursorExpressions = new Set<number>();

  constructor(options: PageOptions) {
    const { first, last, after, before } = options.args;
    if (isGiven(first) && isGiven(last)) throw new Declined('is paged from both ends');
    this.site = options.site;
    this.row = options.row;
    this.backward = isGiven(last);
    this.after = Boolean(after);
    this.before = Boolean(before);
    // Pages are cached with their plan, so they must not contain a value of the request
    this.#options = { ...options, args: { first, last, orderBy: options.args.orderBy } };
  }

  /** Throws for an invalid page size or cursor. */
  check(supplied: Supplied): void {
    this.sizeFor(supplied);
    const { site, levels } = this.#options;
    if (this.after) readCursor(site, 'after', levels, supplied);
    if (this.before) readCursor(site, 'before', levels, supplied);
  }

  /** How many rows a request asks for. Throws Unplanned for an invalid size, so that the executor reports it. */
  sizeFor({ sites }: Supplied): number {
    const size = this.#sizeIn(sites[this.site.index]!.args);
    if (size < 0 || size > pageSizes.max) throw new Unplanned('the page size is invalid');
    return Math.min(size, this.#options.sizes.max);
  }

  #sizeIn({ first, last }: Args): number {
    return (first ?? last ?? this.#options.sizes.default) as number;
  }

  /** Whether a variable supplies the page size. */
  get #sized(): boolean {
    return this.site.variable.has('first') || this.site.variable.has('last');
  }

  /** The page size plus `more` rows. */
  size(more = 0): SQL {
    if (this.#sized) return sql`${new RequestPlaceholder<Supplied>((supplied) => this.sizeFor(supplied) + more)}`;
    const { args, sizes } = this.#options;
    return sql.raw(String(Math.min(this.#sizeIn(args), sizes.max) + more));
  }

  /** The parts of a row's cursor. Call it before `cut`, so that the subquery returns the expressions of the cursor. */
  get cursor(): CursorOptions {
    const { row, levels, args, nested } = this.#options;
    const alias = sql.identifier(row.alias);
    const values = levels.map(({ key, column }, place) => {
      if (column) return row.sql(key);
      this.#cursorExpressions.add(place);
      return sql`${alias}.${cursorColumn(place)}`;
    });
    return { site: this.site, levels, values, args, nested };
  }

  /** `(the rows of the page) as alias`, with `more` extra rows. Call it after all columns of the row were requested. */
  cut(more: number): SQL {
    const { row, levels, site } = this.#options;
    const { from, where } = this.#options.source(row);
    const past = this.after ? keyset(levels, cursorParameters(site, 'after', levels), 'after') : undefined;
    const front = this.before ? keyset(levels, cursorParameters(site, 'before', levels), 'before') : undefined;
    const rows = whereClause({ from, where: and(where, past, front) });
    const expressions = [...this.#cursorExpressions].map(
      (place) => sql`${levels[place]!.inner} as ${cursorColumn(place)}`,
    );
    const columns = sql.join([row.used, ...expressions], sql`, `);
    const order = orderClause(levels, this.backward);
    const alias = sql.identifier(row.alias);
    const cutTo = (size: SQL): SQL => sql`(select ${columns} from ${from}${rows}${order} limit ${size}) as ${alias}`;
    if (!this.#sized) return cutTo(this.size(more));
    // PostgreSQL plans the statement once for all page sizes. For a limit that is a parameter it assumes a tenth of the
    // rows, so an inner query has the largest size as its limit.
    const largest = cutTo(sql.raw(String(this.#options.sizes.max + more)));
    return sql`(select ${this.#columns} from ${largest} limit ${this.size(more)}) as ${alias}`;
  }

  /** The same with each row's position in the page, from 1, as `n`, and the number of rows as `m`. */
  cutNumbered(more: number, counted: boolean): SQL {
    const rows = this.cut(more);
    const count = counted ? sql`, count(*) over () as "m"` : sql``;
    const alias = sql.identifier(this.row.alias);
    return sql`(select ${this.#columns}, row_number() over () as "n"${count} from ${rows}) as ${alias}`;
  }

  /** The columns and expressions that the subquery returns. */
  get #columns(): SQL {
    const alias = sql.identifier(this.row.alias);
    const expressions = [...this.#cursorExpressions].map((place) => sql`${alias}.${cursorColumn(place)}`);
    return sql.join([this.row.used, ...expressions], sql`, `);
  }

  /** The rows on all pages. */
  rows(other: Row): Source {
    return this.#options.source(other);
  }

  /** How many rows there are on all pages. */
  count(other: Row): Json {
    const source = this.rows(other);
    return [sql`(select count(*)::text from ${source.from}${whereClause(source)})`];
  }
}

const cursorColumn = (place: number): SQL => sql`${sql.identifier(`k${place}`)}`;
