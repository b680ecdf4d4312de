import { type Column, type SQL, sql } from 'drizzle-orm';
import {
  GraphQLEnumType,
  type GraphQLLeafType,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { Declined, Unplanned } from '../../access/decline.ts';
import { type ColumnKind, columnKind } from '../declare/column-kind.ts';
import { anyJson, type Json, orNull, quoted } from './json.ts';
import type { Output, Read } from './output.ts';

/** The kind of a column. Throws Declined for a type whose JSON may differ from the value that drizzle returns. */
export function kindOf(column: Column): ColumnKind {
  const kind = columnKind(column);
  if (kind) return kind;
  throw new Declined(`the column type ${column.getSQLType()} cannot be compiled`);
}

/** Written by to_char in the time zone of the connection, which is UTC (see db/slot.ts). */
const isoInstant = sql.raw(`'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`);

/** JSON of a non-null value; `decodeKind` converts it to the value that drizzle returns. */
export function encodeKind(kind: ColumnKind, value: SQL): Json {
  switch (kind) {
    case 'uuid':
    case 'date':
    case 'numeric':
      return quoted(sql`${value}::text`);
    case 'instant':
      return quoted(sql`to_char(${value}, ${isoInstant})`);
    case 'text':
    case 'texts':
      return anyJson(value);
    case 'integer':
    case 'boolean':
    case 'json':
      return [sql`${value}::text`];
  }
}

/** A column as `encodeKind` writes it, with `null` if the column is nullable. */
export const encodeColumn = (column: Column, value: SQL): Json =>
  nullableJson(column, encodeKind(kindOf(column), value));

const nullableJson = (column: Column, json: Json): Json => (column.notNull ? json : orNull(json));

export const decodeKind = (kind: ColumnKind, json: unknown): unknown =>
  kind === 'instant' && json !== null ? new Date(json as string) : json;

/** Kinds whose JSON equals the serialized scalar, by the scalar's name. */
const plainScalars: Readonly<Record<string, readonly ColumnKind[]>> = {
  String: ['uuid', 'text'],
  ID: ['uuid', 'text'],
  Boolean: ['boolean'],
  DateTime: ['instant'],
  LocalDate: ['date'],
  Decimal: ['numeric'],
};

function isPlain(type: GraphQLLeafType, column: Column, kind: ColumnKind): boolean {
  if (type instanceof GraphQLEnumType) return kind === 'text' && isSameEnum(type, column);
  if (type.name === 'Int') return kind === 'integer' && column.getSQLType() !== 'bigint';
  return plainScalars[type.name]?.includes(kind) ?? false;
}

/** Whether the column holds the names of the enum's values; a check constraint excludes all others. */
function isSameEnum(type: GraphQLEnumType, column: Column): boolean {
  return column.enumValues?.every((value) => type.getValue(value)?.value === value) ?? false;
}

/** A column as a field of a scalar or enum type. */
export function columnOutput(type: GraphQLOutputType, column: Column, value: SQL): Output {
  const kind = kindOf(column);
  const nullable = isNonNullType(type) ? type.ofType : type;
  const mayMiss = isNonNullType(type) && !column.notNull;
  if (isListType(nullable)) {
    const item = isNonNullType(nullable.ofType) ? nullable.ofType.ofType : nullable.ofType;
    if (kind !== 'texts' || !isLeafType(item) || item.name !== 'String')
      throw new Declined('is a list of a type that cannot be compiled');
    return { json: encodeColumn(column, value), read: mayMiss ? required((json) => json) : undefined };
  }
  if (!isLeafType(nullable)) throw new Declined('is a column of an object type');
  if (isPlain(nullable, column, kind)) {
    const json = nullableJson(column, plainJson(nullable, kind, value));
    return { json, read: mayMiss ? required((found) => found) : undefined };
  }
  const serialize: Read = (json) => serialized(nullable, decodeKind(kind, json));
  return { json: encodeColumn(column, value), read: isNonNullType(type) ? required(serialize) : serialize };
}

/** JSON that equals the serialized scalar or enum value. */
function plainJson(type: GraphQLLeafType, kind: ColumnKind, value: SQL): Json {
  if (type instanceof GraphQLEnumType) return quoted(value);
  if (kind === 'numeric') return quoted(sql`trim_scale(${value})::text`);
  return encodeKind(kind, kind in shownRange ? withinRange(value, shownRange[kind as 'date' | 'instant']) : value);
}

/** Four-digit years, as in `showDay` and `showInstant`: old rows may hold others, which clients cannot parse. */
const shownRange = {
  date: [sql.raw(`'0001-01-01'::date`), sql.raw(`'9999-12-31'::date`)],
  instant: [sql.raw(`'0001-01-01Z'::timestamptz`), sql.raw(`'9999-12-31T23:59:59.999Z'::timestamptz`)],
} as const;

/** A `case`, because `greatest` and `least` ignore null instead of returning it. */
const withinRange = (value: SQL, [first, last]: readonly [SQL, SQL]): SQL =>
  sql`case when ${value} < ${first} then ${first} when ${value} > ${last} then ${last} else ${value} end`;

/** The value as the scalar or enum serializes it. Throws Unplanned on an error, so that the executor reports it. */
export function serialized(type: GraphQLLeafType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  let result: unknown;
  try {
    result = type.coerceOutputValue(value);
  } catch (error) {
    throw new Unplanned(`a value is not a valid ${type.name}: ${(error as Error).message}`);
  }
  if (result === null || result === undefined) throw new Unplanned(`a value is not a valid ${type.name}`);
  return result;
}

/** Throws Unplanned for null in a non-null field, so that the executor reports the error. */
export function required(read: Read): Read {
  return (json, supplied) => {
    const value = read(json, supplied);
    if (value === null || value === undefined) throw new Unplanned('a value is missing in a non-null field');
    return value;
  };
}
