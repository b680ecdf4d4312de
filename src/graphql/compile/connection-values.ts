import { sql } from 'drizzle-orm';
import type { AskedConnection, ConnectionPart, EdgePart, PageInfoPart } from './asked-connection.ts';
import type { Compiling } from './compiling.ts';
import { cursorValues, writeCursor } from './cursor.ts';
import { aggregated, arrayJson, type Json } from './json.ts';
import { type Output, rowOf } from './output.ts';
import type { Page } from './page.ts';
import type { Supplied } from './supplied.ts';

/** One page of a request. `rows` holds the values of the nodes. */
interface PageRead {
  rows: unknown[][];
  cursors: (place: number) => string;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  totalCount: unknown;
  aggregates: unknown[];
}

/** The connection, built here from the values of its rows: used if a value needs code. */
export function readConnection(asked: AskedConnection, page: Page, compiling: Compiling): Output {
  const cursor = asked.cursors ? page.cursor : undefined;
  const row = rowOf([...asked.nodes, ...(cursor ? cursorValues(cursor).map((json) => ({ json })) : [])]);
  const more = asked.more ? 1 : 0;
  const rows: Json = asked.rows ? ['[', sql`(select ${aggregated(row.json)} from ${page.cut(more)})`, ']'] : ['[]'];
  const count: Json = asked.counted ? page.count(compiling.row(page.row.name)) : ['null'];
  const aggregates = rowOf(asked.aggregates);
  const write = writerOf(asked);
  const width = asked.nodes.length;
  const read = (json: unknown, supplied: Supplied): unknown => {
    const [found, totalCount, groups] = json as [unknown[], unknown, unknown];
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
      aggregates: aggregates.read(groups, supplied),
    });
  };
  return { json: arrayJson([rows, count, aggregates.json]), read };
}

function writerOf(asked: AskedConnection): (page: PageRead) => Record<string, unknown> {
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
    case 'aggregate':
      return ({ aggregates }) => aggregates[part.place];
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
