import { type SQL, sql } from 'drizzle-orm';
import type { AskedConnection, ConnectionPart, PageInfoName } from './asked-connection.ts';
import type { Compiling } from './compiling.ts';
import { aggregated, type Json, objectJson, orNull, quoted, textOf } from './json.ts';
import type { Page } from './page.ts';

/** The connection, built by the database alone. `cursor` is the text of a row's cursor. */
export function connectionJson(
  asked: AskedConnection,
  page: Page,
  compiling: Compiling,
  cursor: SQL | undefined,
): Json {
  const rows = new PageRows(asked, page);
  const cursorOf = (place: SQL): Json => orNull(quoted(sql`string_agg(${cursor}, '') filter (where ${place})`));
  const infos: Record<PageInfoName, () => Json> = {
    hasNextPage: () => rows.follow(page.before, !page.backward),
    hasPreviousPage: () => rows.follow(page.after, page.backward),
    startCursor: () => cursorOf(page.backward ? rows.last : rows.first),
    endCursor: () => cursorOf(page.backward ? rows.first : rows.last),
  };
  const partOf = (part: ConnectionPart): Json => {
    if (part.name === '__typename') return quoted(asked.type);
    if (part.name === 'totalCount') return page.count(compiling.row(page.row.name));
    if (part.name === 'aggregate') return asked.aggregates[part.place]!.json;
    if (part.name === 'nodes') return rows.list(asked.nodes[part.place]!.json);
    if (part.name === 'pageInfo') {
      return object(part.parts, ({ name }) => (name === '__typename' ? quoted(part.type) : infos[name]()));
    }
    return rows.list(
      object(part.parts, (of) => {
        if (of.name === 'node') return asked.nodes[of.place]!.json;
        return quoted(of.name === 'cursor' ? cursor! : part.type);
      }),
    );
  };
  const json = object(asked.parts, partOf);
  return asked.rows ? [sql`(select ${textOf(json)} from ${rows.from})`] : json;
}

/** The rows of a page in the statement, numbered if their positions are needed. */
class PageRows {
  readonly #asked: AskedConnection;
  readonly #page: Page;

  constructor(asked: AskedConnection, page: Page) {
    this.#asked = asked;
    this.#page = page;
  }

  get from(): SQL {
    const { more, ends } = this.#asked;
    const beyond = more ? 1 : 0;
    if (!more && !ends && !this.#page.backward) return this.#page.cut(beyond);
    return this.#page.cutNumbered(beyond, ends);
  }

  /** The JSON of each row, in the connection's order, without the extra row that only shows whether others follow. */
  list(item: Json): Json {
    const order = this.#page.backward ? sql` order by ${this.#column('n')} desc` : undefined;
    const filter = this.#asked.more ? sql` filter (where ${this.#column('n')} <= ${this.#page.size()})` : undefined;
    return ['[', aggregated(item, { order, filter }), ']'];
  }

  /**
   * Whether more rows exist on one side of the page. `known`: the request's cursor proves it. `read`: the page was read
   * towards that side, so finding the extra row proves it.
   */
  follow(known: boolean, read: boolean): Json {
    if (known || !read) return [String(known)];
    return [sql`(count(*) > ${this.#page.size()})::text`];
  }

  /** The first and the last row that the page read, without the extra row. An empty page has neither. */
  get first(): SQL {
    return sql`${this.#column('n')} = ${this.#within(sql`1`)}`;
  }

  get last(): SQL {
    return sql`${this.#column('n')} = ${this.#within(this.#column('m'))}`;
  }

  #within(place: SQL): SQL {
    return this.#asked.more ? sql`least(${place}, ${this.#page.size()})` : place;
  }

  #column(name: string): SQL {
    return sql`${sql.identifier(this.#page.row.alias)}.${sql.identifier(name)}`;
  }
}

const object = <P extends { key: string }>(parts: readonly P[], jsonOf: (part: P) => Json): Json =>
  objectJson(parts.map((part) => ({ key: part.key, json: jsonOf(part) })));
