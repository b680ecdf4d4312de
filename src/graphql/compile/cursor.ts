import { decodeBase64, decodeCursorChunk, encodeBase64, encodeCursorChunk, encodeCursorTuple } from '@pothos/core';
import { type Column, type SQL, sql } from 'drizzle-orm';
import { bindCursor, orderingTag, unbindCursor } from '../cursor-plugin.ts';
import { Hole } from '../hole.ts';
import type { Site } from './arguments.ts';
import { decodeKind } from './columns.ts';
import { Unplanned } from './decline.ts';
import type { Level } from './order.ts';
import type { Args, Supplied } from './supplied.ts';

const prefix = 'DC:';

type OrderBy = Parameters<typeof orderingTag>[0];

const tagOf = (args: Args): string => orderingTag(args.orderBy as OrderBy);

/** The cursor of a row from the values of its levels, the same to the byte as the one that Pothos makes. */
export function writeCursor(levels: readonly Level[], args: Args): (values: readonly unknown[]) => string {
  const tag = tagOf(args);
  return (values) => {
    const decoded = levels.map(({ column, kind }, i) => (column ? decodeKind(kind, values[i]) : values[i]));
    const chunk = decoded.length > 1 ? encodeCursorTuple(decoded) : encodeCursorChunk(decoded[0]);
    return bindCursor(tag, encodeBase64(`${prefix}${chunk}`));
  };
}

/** The values in a request's cursor. Throws for one that is not whole and of this order: the executor judges it. */
export function readCursor(site: Site, side: 'after' | 'before', levels: readonly Level[], { sites }: Supplied) {
  const { args } = sites[site.index]!;
  const text = decodeBase64(unbindCursor(tagOf(args), String(args[side]), side));
  if (!text.startsWith(prefix)) throw new Unplanned('a cursor of another kind');
  const decoded = decodeCursorChunk(text.slice(prefix.length));
  const values: unknown = levels.length > 1 ? decoded : [decoded];
  if (!Array.isArray(values) || values.length !== levels.length || values.some((value) => value === null)) {
    throw new Unplanned('a cursor of another order');
  }
  return values as unknown[];
}

/** The values in a request's cursor as parameters. */
export function cursorValues(site: Site, side: 'after' | 'before', levels: readonly Level[]): SQL[] {
  return levels.map(({ column }, place) => {
    const read = (supplied: Supplied) => driverValue(column, readCursor(site, side, levels, supplied)[place]);
    return sql`${new Hole<Supplied>(read)}`;
  });
}

const driverValue = (column: Column | undefined, value: unknown): unknown =>
  column ? column.mapToDriverValue(value) : value;
