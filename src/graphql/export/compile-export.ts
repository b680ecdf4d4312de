import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import {
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  type OperationDefinitionNode,
} from 'graphql';
import { Declined } from '../../access/decline.ts';
import { containsStandIn, templateViewer } from '../../access/template-viewer.ts';
import type { ByteRow } from '../../db/read-by-cursor.ts';
import { groupsOf } from '../compile/aggregate-field.ts';
import { valuesAt } from '../compile/arguments.ts';
import { Compiling } from '../compile/compiling.ts';
import { textOf } from '../compile/json.ts';
import { compileObject } from '../compile/object.ts';
import { Operation } from '../compile/operation.ts';
import { isTypename, type Selected } from '../compile/selection.ts';
import type { Supplied } from '../compile/supplied.ts';
import { readerOf, templateContext } from '../compile/symbols.ts';
import type { Context } from '../context.ts';
import type { AggregateDeclaration } from '../declare/aggregate/define-aggregate.ts';
import type { ListDeclaration } from '../declare/pages.ts';
import { cellsOf, type ExportColumn, exportColumns } from './export-columns.ts';
import type { ExportFormat } from './export-formats.ts';
import { exportedList } from './exported-list.ts';
import type { ExportedRows } from './exported-rows.ts';

/** The statement of an export, which returns one row for each exported row. */
export interface CompiledExport {
  /** The response name of the exported field. */
  name: string;
  text: string;
  parameters: readonly unknown[];
  columns: readonly ExportColumn[];
  /** More rows than these are refused. */
  mostRows: number;
  /** The text of rows in the format. */
  write(rows: readonly ByteRow[]): Buffer;
  /** The cursor with which an export continues after the row, if the statement has cursors. */
  cursorOf(row: ByteRow): string;
}

interface ExportRequest {
  variableValues: Record<string, unknown>;
  format: ExportFormat;
  /** Whether `cursorOf` is needed. Otherwise the statement has cursors only if the document selects them. */
  withCursors: boolean;
}

export const mostGroups = 1_000_000;

/**
 * Compiles the rows of the operation's only root field, a list or an aggregate, from its `after` on. Throws Declined
 * for a document that the executor would have to answer, or to refuse.
 */
export function compileExport(
  schema: GraphQLSchema,
  document: DocumentNode,
  definition: OperationDefinitionNode,
  { variableValues, format, withCursors }: ExportRequest,
  context: Context,
): CompiledExport {
  const operation = new Operation(0, schema, document, definition);
  const variables = operation.variables(variableValues);
  const { skeleton } = operation.skeleton(variables);
  const [selected, ...others] = skeleton.fields.filter((field) => !isTypename(field));
  if (skeleton.executorFields.size) throw Declined.ofAll(skeleton.executorFields);
  if (!selected || others.length) throw new Declined('an export has exactly one root field');
  const sites = skeleton.sites.map((site) => valuesAt(site, variables, context));
  const { viewer } = context;
  const supplied: Supplied = { context, viewer, sites };
  const compiling = new Compiling({
    schema,
    selections: skeleton.roots.selections,
    context: templateContext(templateViewer(viewer)),
    sites: skeleton.sites,
    args: sites.map(({ args }) => args),
    object: compileObject,
  });
  const { object, flat, columns, from, cursor, cursorColumn, mostRows } = rowsOf(selected, format, compiling);
  const values = [textOf(flat ?? object.json), ...(cursorColumn || withCursors ? [cursor.sql] : [])];
  const statement = sql`select ${sql.join(values, sql`, `)} from ${from}`;
  const { sql: text, params } = new PgDialect().sqlToQuery(statement);
  if (containsStandIn(text)) throw new Declined('a rule writes the viewer into the statement');
  for (const check of compiling.checks) check(supplied);
  const cursorOf = (row: ByteRow) => cursor.write(String(row[1]), supplied);
  const all = cursorColumn ? columns.toSpliced(cursorColumn.place, 0, cursorAt(cursorColumn.key)) : columns;
  const cellsIn = (row: ByteRow): unknown[] => {
    const json: unknown = JSON.parse(String(row[0]));
    const cells = cellsOf(columns, object.read ? object.read(json, supplied) : json);
    if (cursorColumn) cells.splice(cursorColumn.place, 0, cursorOf(row));
    return cells;
  };
  return {
    name: selected.key,
    text,
    parameters: params.map((parameter) => readerOf(parameter)(supplied)),
    columns: withoutTwins(all),
    mostRows: mostRows ?? Number.POSITIVE_INFINITY,
    write: (rows) => (flat ? format.flatLines(all, linesOf(rows)) : Buffer.from(format.lines(all, rows.map(cellsIn)))),
    cursorOf,
  };
}

/** The texts of rows, each with a line feed. */
function linesOf(rows: readonly ByteRow[]): Buffer {
  const lines = Buffer.allocUnsafe(rows.reduce((bytes, [text]) => bytes + text!.length + 1, 0));
  let at = 0;
  for (const [text] of rows) {
    at += text!.copy(lines, at);
    at = lines.writeUInt8(lineFeed, at);
  }
  return lines;
}

const lineFeed = 10;

/** Throws Declined if two columns have the same name, as `cursor` and a field of the row may. */
function withoutTwins(columns: readonly ExportColumn[]): readonly ExportColumn[] {
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) throw new Declined(`has two columns named ${name}`);
    names.add(name);
  }
  return columns;
}

const cursorAt = (key: string): ExportColumn => ({ name: key, path: [key], kind: 'text' });

function rowsOf(selected: Selected, format: ExportFormat, compiling: Compiling): ExportedRows {
  const { chantierList, chantierAggregate } = selected.field.extensions;
  if (chantierList) return exportedList(selected, chantierList as ListDeclaration, format.flat, compiling);
  if (!chantierAggregate) throw new Declined('only lists and aggregates can be exported');
  const { object, from } = groupsOf(selected, chantierAggregate as AggregateDeclaration, compiling, {
    most: mostGroups + 1,
  });
  const type = getNamedType(selected.field.type) as GraphQLObjectType;
  return {
    object,
    from,
    columns: exportColumns(selected, type, compiling.selections),
    cursor: { sql: sql`"cursor"`, write: (text) => text },
    mostRows: mostGroups,
  };
}
