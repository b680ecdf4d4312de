import { decodeBase64, decodeCursorChunk, encodeBase64, encodeCursorChunk, encodeCursorTuple } from '@pothos/core';
import { type Column, type SQL, sql } from 'drizzle-orm';
import { Unplanned } from '../../access/decline.ts';
import { bindCursor, cursorStart, cursorTag, unbindCursor } from '../declare/cursor-plugin.ts';
import { RequestPlaceholder } from '../declare/request-placeholder.ts';
import type { Site } from './arguments.ts';
import { decodeKind, encodeColumn } from './columns.ts';
import { anyJson, type Json, orNull, separated, textOf } from './json.ts';
import type { Level } from './order.ts';
import type { Args, Supplied } from './supplied.ts';

const prefix = 'DC:';

const tagOf = ({ selected }: Site, args: Args): string => cursorTag(selected.field, args);

/** The parts of which a row's cursor is made. */
export interface CursorOptions {
  site: Site;
  levels: readonly Level[];
  /** The expressions of the levels, as they stand in the statement. */
  values: readonly SQL[];
  /** Arguments of the shape that is compiled. */
  args: Args;
  /**
   * Whether the row is one of a relation: drizzle reads expressions of such rows from JSON, and those of other rows as
   * the driver's text.
   */
  nested: boolean;
}

/** A row's cursor as text without characters to escape; undefined if writing it needs code. */
export function cursorText({ site, levels, values, args, nested }: CursorOptions): SQL | undefined {
  const chunks = levels.flatMap((level, place) => chunkOf(level, values[place]!, nested) ?? []);
  if (chunks.length < levels.length) return undefined;
  const [only] = chunks;
  const position: Json = chunks.length > 1 ? ['T:[', ...separated(chunks.map(elementOf)), ']'] : alone(only!);
  const whole = textOf([cursorStart(tagOf(site, args)), ...position]);
  // PostgreSQL breaks base64 into lines
  return sql`replace(encode(convert_to(${whole}, 'UTF8'), 'base64'), chr(10), '')`;
}

/** A value of a cursor: its type tag and its text. */
interface Chunk {
  tag: 'S' | 'N' | 'D';
  text: SQL;
  /** Whether the text needs no escaping in JSON. */
  plain: boolean;
  nullable: boolean;
}

function chunkOf({ kind, column }: Level, value: SQL, nested: boolean): Chunk | undefined {
  const text = sql`${value}::text`;
  const nullable = !column?.notNull;
  if (kind === 'uuid' || kind === 'date') return { tag: 'S', text, plain: true, nullable };
  if (kind === 'text') return { tag: 'S', text, plain: false, nullable };
  if (kind === 'integer') return { tag: 'N', text, plain: true, nullable };
  if (kind === 'numeric' && (column || !nested)) return { tag: 'S', text, plain: true, nullable };
  if (kind !== 'instant' || !column) return undefined;
  return { tag: 'D', text: sql`(extract(epoch from ${value}) * 1000)::bigint::text`, plain: true, nullable };
}

function alone({ tag, text, nullable }: Chunk): Json {
  const json: Json = [`${tag}:`, text];
  return nullable ? [sql`coalesce(${textOf(json)}, 'Z:')`] : json;
}

function elementOf({ tag, text, plain, nullable }: Chunk): Json {
  const json: Json = plain ? [`"${tag}:`, text, '"'] : anyJson(textOf([`${tag}:`, text]));
  return nullable ? orNull(json) : json;
}

/** The values of a row's cursor as JSON for `writeCursor`. */
export function cursorValues({ levels, values, nested }: CursorOptions): Json[] {
  return levels.map(({ column, kind }, place) => {
    const value = values[place]!;
    if (column) return encodeColumn(column, value);
    return orNull(anyJson(nested || kind === 'integer' ? value : sql`${value}::text`));
  });
}

/** Writes a row's cursor from the values of its levels, byte for byte as Pothos does. */
export function writeCursor(site: Site, levels: readonly Level[], args: Args): (values: readonly unknown[]) => string {
  const tag = tagOf(site, args);
  return (values) => {
    const decoded = levels.map(({ column, kind }, i) => (column ? decodeKind(kind, values[i]) : values[i]));
    const chunk = decoded.length > 1 ? encodeCursorTuple(decoded) : encodeCursorChunk(decoded[0]);
    return bindCursor(tag, encodeBase64(`${prefix}${chunk}`));
  };
}

/**
 * The values in a request's cursor. Throws Unplanned for a cursor that is invalid or of another order; the executor
 * reports it.
 */
export function readCursor(site: Site, side: 'after' | 'before', levels: readonly Level[], { sites }: Supplied) {
  const { args } = sites[site.index]!;
  const text = decodeBase64(unbindCursor(site.selected.field, args, side));
  if (!text.startsWith(prefix)) throw new Unplanned('a cursor has another prefix');
  const decoded = decodeCursorChunk(text.slice(prefix.length));
  const values: unknown = levels.length > 1 ? decoded : [decoded];
  if (!Array.isArray(values) || values.length !== levels.length || values.some((value) => value === null)) {
    throw new Unplanned('a cursor belongs to another order');
  }
  return values as unknown[];
}

/** The values in a request's cursor as parameters. */
export function cursorParameters(site: Site, side: 'after' | 'before', levels: readonly Level[]): SQL[] {
  return levels.map(({ column }, place) => {
    const read = (supplied: Supplied) => driverValue(column, readCursor(site, side, levels, supplied)[place]);
    return sql`${new RequestPlaceholder<Supplied>(read)}`;
  });
}

const driverValue = (column: Column | undefined, value: unknown): unknown =>
  column ? column.mapToDriverValue(value) : value;
