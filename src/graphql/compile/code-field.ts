import { is, type Relation, SQL, sql, type Table } from 'drizzle-orm';
import { type GraphQLField, getNamedType, isNonNullType, isObjectType } from 'graphql';
import { Declined, Unplanned } from '../../access/decline.ts';
import { decodeKind, encodeColumn, kindOf } from './columns.ts';
import type { Compiling } from './compiling.ts';
import { type Complete, completion } from './completion.ts';
import { anyJson, type Json, orNull } from './json.ts';
import { type Output, type Read, rowOf } from './output.ts';
import { type RelationQuery, relationOutput } from './relation.ts';
import { argumentsFor, call, resolverOf } from './resolver.ts';
import type { Row } from './row.ts';
import type { Selected } from './selection.ts';

interface Select {
  columns?: Record<string, boolean>;
  extras?: Record<string, unknown>;
  with?: Record<string, unknown>;
}

/** Scalars of computed values that a field's code may get as JSON. From the executor it gets the driver's values. */
const extraScalars = new Set(['String', 'ID', 'Int', 'Float', 'Boolean', 'DateTime', 'LocalDate']);

function extraJson(field: GraphQLField<unknown, unknown>, expression: SQL): Json {
  const type = getNamedType(field.type);
  if (type.name === 'Decimal') return orNull(anyJson(sql`(${expression})::text`));
  if (extraScalars.has(type.name) || isObjectType(type)) return orNull(anyJson(sql`(${expression})`));
  throw new Declined('computes a value of a type that cannot be compiled');
}

/** A value passed to a field's code, under the name that the code uses. */
interface CodeValue {
  name: string;
  output: Output;
}

/** A field with a function of its own over columns and expressions of its row: the function runs in the assembler. */
export function codeField(selected: Selected, select: unknown, row: Row, compiling: Compiling): Output {
  const { columns = {}, extras = {}, with: rows = {}, ...rest } = selectionOf(selected, select, compiling);
  if (Object.keys(rest).length) throw new Declined('selects rows itself');
  const given: CodeValue[] = [
    ...Object.keys(columns).flatMap((name) => (columns[name] ? [columnFor(name, row)] : [])),
    ...Object.entries(extras).map(([name, extra]) => ({
      name,
      output: { json: extraJson(selected.field, expressionOf(extra, row)) },
    })),
    ...Object.entries(rows).map(([name, asked]) => rowsFor(name, asked, selected, row, compiling)),
  ];
  const complete = Object.keys(rows).length
    ? chosenRow(selected)
    : completion(selected.field.type, selected, compiling);
  const resolve = resolverOf(selected);
  const args = argumentsFor(selected, compiling);
  const names = given.map(({ name }) => name);
  const values = rowOf(given.map(({ output }) => output));
  return {
    json: values.json,
    read: (json, supplied) => {
      const found = values.read(json, supplied);
      const parent: Record<string, unknown> = {};
      for (let i = 0; i < names.length; i++) parent[names[i]!] = found[i];
      return complete(call(resolve, parent, args(supplied), supplied), supplied);
    },
  };
}

function columnFor(name: string, row: Row): CodeValue {
  const column = row.column(name);
  const kind = kindOf(column);
  const read: Read | undefined = kind === 'instant' ? (json) => decodeKind(kind, json) : undefined;
  return { name, output: { json: encodeColumn(column, row.sql(name)), read } };
}

/** Stands for the result of `nested(query)` while the declaration is evaluated. */
class Nested {
  readonly query: RelationQuery['query'];

  constructor(query: RelationQuery['query'] | undefined) {
    this.query = query ?? {};
  }
}

/** Rows of the field's own type, for code that chooses among them without reading their values. */
function rowsFor(name: string, asked: unknown, selected: Selected, row: Row, compiling: Compiling): CodeValue {
  const relation = (row.config.relations as Record<string, Relation>)[name];
  if (!relation || !(asked instanceof Nested)) throw new Declined('selects rows for its code');
  const { output } = relationOutput(selected, relation, asked.query, row, compiling);
  const read: Read = (json, supplied) => {
    const value = output.read ? output.read(json, supplied) : json;
    if (value === null) return null;
    return Array.isArray(value) ? value.map((item) => sealed(item)) : sealed(value);
  };
  return { name, output: { json: output.json, read } };
}

/** The row of each token. */
const rowOfToken = new WeakMap<object, unknown>();

/** An opaque token for a row: code can return it but not read it. */
function sealed(row: unknown): object {
  const token = new Proxy({}, { get: (_target, name) => (name === 'then' ? undefined : refuseReading()) });
  rowOfToken.set(token, row);
  return token;
}

function refuseReading(): never {
  throw new Unplanned('the code of a field reads values of the rows that it selects');
}

/** The row that the code chose. */
function chosenRow({ field }: Selected): Complete {
  return (value) => {
    if (value === null || value === undefined) {
      if (isNonNullType(field.type)) throw new Unplanned('a row is missing in a non-null field');
      return null;
    }
    if (typeof value !== 'object' || !rowOfToken.has(value))
      throw new Unplanned('the code of a field returned a row that it did not select');
    return rowOfToken.get(value);
  };
}

function selectionOf(selected: Selected, select: unknown, compiling: Compiling): Select {
  if (typeof select !== 'function') return select as Select;
  const args = selected.field.args.length ? compiling.template(compiling.site(selected)) : {};
  const nested = (query: RelationQuery['query'] | undefined, path: unknown) => {
    if (path !== undefined) throw new Declined('selects rows under another field');
    return new Nested(query);
  };
  return (select(args, compiling.context, nested, () => new Set(), {}) ?? {}) as Select;
}

function expressionOf(extra: unknown, row: Row): SQL {
  const expression = typeof extra === 'function' ? extra(row.table as Table, { sql }) : extra;
  const written = (expression as { getSQL?: () => SQL } | undefined)?.getSQL?.();
  if (!is(written, SQL)) throw new Declined('has an expression that is not SQL');
  return written;
}
