import { sql } from 'drizzle-orm';
import { type GraphQLObjectType, getNamedType, getNullableType, isLeafType, isListType, isNonNullType } from 'graphql';
import type { Compiling } from '../compile/compiling.ts';
import { whereClause } from '../compile/conditions.ts';
import { type Json, orNull, textOf } from '../compile/json.ts';
import { compileField } from '../compile/object.ts';
import { oneRow } from '../compile/relation.ts';
import type { Row } from '../compile/row.ts';
import type { Selected } from '../compile/selection.ts';
import { exportColumns, isConnection } from './export-columns.ts';

/** How the database writes a row as one text, which costs the server far less than an object that it parses. */
export interface FlatForm {
  /** Between the cells. */
  separator: string;
  /** A cell of a column, whose value is written as JSON. */
  cell(column: string, json: Json): Json;
  /** All cells of a row, with what stands around them. */
  row(cells: Json): Json;
}

interface Flattened {
  /** Where the fields are selected, and on which type. */
  of: Pick<Selected, 'nodes'>;
  type: GraphQLObjectType;
  row: Row;
  /** The names of the columns begin with this. */
  prefix: string;
}

/**
 * The cells of a row in the order of `exportColumns`; undefined if the database cannot write one of them, because code
 * completes it.
 */
export function flatRow(flattened: Flattened, form: FlatForm, compiling: Compiling): Json | undefined {
  const { of, type } = flattened;
  const cells: Json[] = [];
  for (const selected of compiling.selections.under(of, type)) {
    const cell = flatField(selected, flattened, form, compiling);
    if (!cell) return undefined;
    if (cell.length > 0) cells.push(cell);
  }
  return cells.flatMap((cell, place) => (place ? [form.separator, ...cell] : cell));
}

function flatField(selected: Selected, { row, prefix }: Flattened, form: FlatForm, compiling: Compiling) {
  const name = `${prefix}${selected.key}`;
  const type = getNullableType(selected.field.type);
  if (isLeafType(type) || isListType(type) || isConnection(type as GraphQLObjectType)) {
    const { json, read } = compileField(selected, row, compiling);
    return read ? undefined : form.cell(name, json);
  }
  return flatRelation(selected, { row, prefix: `${name}.` }, form, compiling);
}

/** The cells of a row that another one refers to; all null if there is none. */
function flatRelation(
  selected: Selected,
  { row: parent, prefix }: Pick<Flattened, 'row' | 'prefix'>,
  form: FlatForm,
  compiling: Compiling,
): Json | undefined {
  const found = oneRow(selected, parent, compiling);
  if (!found) return undefined;
  const { row, source, sure, limit } = found;
  const type = getNamedType(selected.field.type) as GraphQLObjectType;
  const cells = flatRow({ of: selected, type, row, prefix }, form, compiling);
  // All of its fields are skipped
  if (cells?.length === 0) return [];
  if (!cells || (isNonNullType(selected.field.type) && !sure)) return undefined;
  const one = sql`(select ${textOf(cells)} from ${source.from}${whereClause(source)}${limit})`;
  const absent = exportColumns(selected, type, compiling.selections)
    .map((column) => textIn(form.cell(prefix + column.name, ['null'])))
    .join(form.separator);
  return orNull([one], absent);
}

/** The text of JSON without expressions. */
const textIn = (json: Json): string => json.map(String).join('');
