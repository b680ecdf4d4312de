import { type SQL, sql } from 'drizzle-orm';
import { type GraphQLObjectType, getNamedType } from 'graphql';
import { Declined } from '../../access/decline.ts';
import type { Compiling } from './compiling.ts';
import { cursorText, cursorValues, writeCursor } from './cursor.ts';
import { requireReadable } from './field-rules.ts';
import { aggregated, arrayJson, type Json, objectJson, orNull, quoted, textOf } from './json.ts';
import { type Output, rowOf } from './output.ts';
import type { Page } from './page.ts';
import { isTypename, nameOf, type Selected } from './selection.ts';
import type { Supplied } from './supplied.ts';

type PageInfoName = 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor';
type PageInfoPart = { key: string; name: PageInfoName | '__typename' };
type EdgePart = { key: string } & ({ name: 'node'; place: number } | { name: 'cursor' | '__typename' });

/** What a document asks of a connection. `place` is where a node stands among the values of a row. */
type ConnectionPart =
  | { key: string; name: '__typename' }
  | { key: string; name: 'totalCount' }
  | { key: string; name: 'nodes'; place: number }
  | { key: string; name: 'edges'; type: string; parts: EdgePart[] }
  | { key: string; name: 'pageInfo'; type: string; parts: PageInfoPart[] };

const pageInfoNames: ReadonlySet<string> = new Set(['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']);

/** The type of the objects under a field. */
const typeUnder = ({ field }: Selected): GraphQLObjectType => getNamedType(field.type) as GraphQLObjectType;

/** A page as the connection that the document asks for. */
export function connectionOutput(selected: Selected, page: Page, compiling: Compiling): Output {
  const asked = new Asked(selected, page, compiling);
  compiling.check((supplied) => page.check(supplied));
  const cursor = asked.cursors ? cursorText(page.cursor) : undefined;
  const plain = asked.nodes.every(({ read }) => !read) && (cursor || !asked.cursors);
  return plain ? { json: connectionJson(asked, page, compiling, cursor) } : readConnection(asked, page, compiling);
}

class Asked {
  readonly type: string;
  readonly parts: ConnectionPart[];
  /** What is asked of each row: a value for each place of the document that selects nodes. */
  readonly nodes: Output[] = [];
  readonly #page: Page;
  readonly #compiling: Compiling;

  constructor(selected: Selected, page: Page, compiling: Compiling) {
    this.#page = page;
    this.#compiling = compiling;
    const type = typeUnder(selected);
    this.type = type.name;
    this.parts = compiling.selections.under(selected, type).map((part) => this.#part(part));
  }

  /** Whether one row more must be read, to see whether others follow: beside a cursor, one has just been left. */
  get more(): boolean {
    const { backward, after, before } = this.#page;
    return backward ? !after && this.#asksFor('hasPreviousPage') : !before && this.#asksFor('hasNextPage');
  }

  get edgeCursors(): boolean {
    return this.parts.some((part) => part.name === 'edges' && part.parts.some(({ name }) => name === 'cursor'));
  }

  get cursors(): boolean {
    return this.edgeCursors || this.ends;
  }

  /** Whether the cursors of the page's ends are asked for. */
  get ends(): boolean {
    return this.#asksFor('startCursor', 'endCursor');
  }

  get counted(): boolean {
    return this.parts.some(({ name }) => name === 'totalCount');
  }

  /** Whether the rows themselves are needed. */
  get rows(): boolean {
    return this.nodes.length > 0 || this.more || this.cursors || this.parts.some(({ name }) => name === 'edges');
  }

  #asksFor(...names: PageInfoName[]): boolean {
    return this.parts.some(
      (part) => part.name === 'pageInfo' && part.parts.some(({ name }) => names.includes(name as PageInfoName)),
    );
  }

  #part(selected: Selected): ConnectionPart {
    const { key, field } = selected;
    if (isTypename(selected)) return { key, name: '__typename' };
    requireReadable(selected, this.#compiling.context);
    if (field.name === 'totalCount' && field.extensions.pothosDrizzleTotalCount) return { key, name: 'totalCount' };
    if (field.name === 'nodes') return { key, name: 'nodes', place: this.#node(selected) };
    const type = typeUnder(selected);
    const under = this.#compiling.selections.under(selected, type);
    if (field.name === 'edges') {
      return { key, name: 'edges', type: type.name, parts: under.map((part) => this.#edgePart(part)) };
    }
    if (field.name !== 'pageInfo') throw new Declined('is no field of a page', nameOf(selected));
    return { key, name: 'pageInfo', type: type.name, parts: under.map(pageInfoPart) };
  }

  #edgePart(selected: Selected): EdgePart {
    const { key, field } = selected;
    if (isTypename(selected)) return { key, name: '__typename' };
    requireReadable(selected, this.#compiling.context);
    if (field.name === 'node') return { key, name: 'node', place: this.#node(selected) };
    if (field.name !== 'cursor') throw new Declined('is no field of an edge', nameOf(selected));
    return { key, name: 'cursor' };
  }

  #node(selected: Selected): number {
    return this.nodes.push(this.#compiling.object(selected, typeUnder(selected), this.#page.row)) - 1;
  }
}

function pageInfoPart(selected: Selected): PageInfoPart {
  const { key, field } = selected;
  if (isTypename(selected)) return { key, name: '__typename' };
  if (!pageInfoNames.has(field.name)) throw new Declined('is no field of a page', nameOf(selected));
  return { key, name: field.name as PageInfoName };
}

/** The connection made by the database alone. `cursor` is the text of a row's cursor. */
function connectionJson(asked: Asked, page: Page, compiling: Compiling, cursor: SQL | undefined): Json {
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

/** The rows of a page in the statement: numbered where their places are looked at. */
class PageRows {
  readonly #asked: Asked;
  readonly #page: Page;

  constructor(asked: Asked, page: Page) {
    this.#asked = asked;
    this.#page = page;
  }

  get from(): SQL {
    const { more, ends } = this.#asked;
    const beyond = more ? 1 : 0;
    if (!more && !ends && !this.#page.backward) return this.#page.cut(beyond);
    return this.#page.cutNumbered(beyond, ends);
  }

  /** The JSON of each row, in the order of the connection, without the row that was read to see whether others follow. */
  list(item: Json): Json {
    const order = this.#page.backward ? sql` order by ${this.#column('n')} desc` : undefined;
    const filter = this.#asked.more ? sql` filter (where ${this.#column('n')} <= ${this.#page.size()})` : undefined;
    return ['[', aggregated(item, { order, filter }), ']'];
  }

  /** Whether rows follow on a side: known where a cursor was left there, and looked at where the page was read to. */
  follow(known: boolean, read: boolean): Json {
    if (known || !read) return [String(known)];
    return [sql`(count(*) > ${this.#page.size()})::text`];
  }

  /** The row of the page that was read first, and the last one; a page of no rows has none, even where one was read. */
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

/** One page of a request, as it is read: rows are the values of their nodes. */
interface PageRead {
  rows: unknown[][];
  cursors: (place: number) => string;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  totalCount: unknown;
}

/** The connection made here from the values of its rows: where a value needs code. */
function readConnection(asked: Asked, page: Page, compiling: Compiling): Output {
  const cursor = asked.cursors ? page.cursor : undefined;
  const row = rowOf([...asked.nodes, ...(cursor ? cursorValues(cursor).map((json) => ({ json })) : [])]);
  const more = asked.more ? 1 : 0;
  const rows: Json = asked.rows ? ['[', sql`(select ${aggregated(row.json)} from ${page.cut(more)})`, ']'] : ['[]'];
  const count: Json = asked.counted ? page.count(compiling.row(page.row.name)) : ['null'];
  const write = writerOf(asked);
  const width = asked.nodes.length;
  const read = (json: unknown, supplied: Supplied): unknown => {
    const [found, totalCount] = json as [unknown[], unknown];
    const full = more > 0 && found.length === page.sizeFor(supplied) + 1;
    if (full) found.length--;
    if (page.backward) found.reverse();
    const values = found.map((item) => row.read(item, supplied));
    const cursorOf = cursor && writeCursor(cursor.site, cursor.levels, supplied.sites[page.site.index]!.args);
    return write({
      rows: values,
      cursors: (place) => cursorOf!(values[place]!.slice(width)),
      hasNextPage: page.before || (!page.backward && full),
      hasPreviousPage: page.after || (page.backward && full),
      totalCount,
    });
  };
  return { json: arrayJson([rows, count]), read };
}

function writerOf(asked: Asked): (page: PageRead) => Record<string, unknown> {
  const writers = asked.parts.map((part) => [part.key, partWriter(part, asked.type)] as const);
  return (page) => {
    const connection: Record<string, unknown> = {};
    for (const [key, write] of writers) connection[key] = write(page);
    return connection;
  };
}

function partWriter(part: ConnectionPart, type: string): (page: PageRead) => unknown {
  switch (part.name) {
    case '__typename':
      return () => type;
    case 'totalCount':
      return ({ totalCount }) => totalCount;
    case 'nodes':
      return ({ rows }) => rows.map((row) => row[part.place]);
    case 'edges':
      return ({ rows, cursors }) => rows.map((row, place) => edgeOf(part.parts, part.type, row, () => cursors(place)));
    case 'pageInfo':
      return (page) => pageInfoOf(part.parts, part.type, page);
  }
}

function edgeOf(parts: readonly EdgePart[], type: string, row: unknown[], cursor: () => string): object {
  const edge: Record<string, unknown> = {};
  for (const part of parts) {
    edge[part.key] = part.name === 'node' ? row[part.place] : part.name === 'cursor' ? cursor() : type;
  }
  return edge;
}

function pageInfoOf(parts: readonly PageInfoPart[], type: string, page: PageRead): object {
  const info: Record<string, unknown> = {};
  const last = page.rows.length - 1;
  for (const { key, name } of parts) {
    if (name === '__typename') info[key] = type;
    else if (name === 'startCursor') info[key] = last < 0 ? null : page.cursors(0);
    else if (name === 'endCursor') info[key] = last < 0 ? null : page.cursors(last);
    else info[key] = page[name];
  }
  return info;
}
