import { type SQL, sql } from 'drizzle-orm';
import {
  GraphQLEnumType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { Declined } from '../../access/decline.ts';
import { rowRuleOf } from '../../access/row-rules.ts';
import type { GroupsDeclaration } from '../declare/groups.ts';
import { RequestPlaceholder } from '../declare/request-placeholder.ts';
import type { Compiling } from './compiling.ts';
import { visibleRows, visibleWhole, whereClause } from './conditions.ts';
import { requireReadable } from './field-rules.ts';
import { aggregated, anyJson, type Json, orNull, quoted, textOf } from './json.ts';
import { modelOf } from './object.ts';
import { type Output, objectOf, readPresent } from './output.ts';
import { coordinateOf, isTypename, type Selected } from './selection.ts';
import type { Supplied } from './supplied.ts';

/** The groups in the statement: a subquery with these columns. */
interface Groups {
  alias: string;
  columns: ReadonlySet<string>;
}

/** A root field that aggregates rows: the declared statement, with each of its rows written as an object. */
export function groupsField(selected: Selected, declaration: GroupsDeclaration, compiling: Compiling): Output {
  requireReadable(selected, compiling.context);
  const { field } = selected;
  const list = isNonNullType(field.type) ? field.type.ofType : field.type;
  if (!isListType(list)) throw new Declined('is not a list of groups');
  compiling.sums = true;
  const site = compiling.site(selected);
  const template = compiling.template(site);
  const limit = ({ sites }: Supplied) => declaration.limit({ ...sites[site.index]!.args });
  compiling.check(limit);
  const matching = visibleWhole(declaration.table, declaration.where(template), compiling);
  const { columns, sql: rows } = declaration.rows(template, matching, new RequestPlaceholder<Supplied>(limit));
  const groups: Groups = { alias: compiling.alias(), columns: new Set(columns) };
  const { json, read } = groupObject(selected, getNamedType(field.type) as GraphQLObjectType, groups, compiling);
  const all = sql`(select ${aggregated(json)} from (${rows}) as ${sql.identifier(groups.alias)})`;
  return {
    json: ['[', all, ']'],
    read: read && ((found, supplied) => (found as unknown[]).map((group) => read(group, supplied))),
  };
}

function groupObject(of: Selected, type: GraphQLObjectType, groups: Groups, compiling: Compiling): Output {
  const fields = compiling.selections.under(of, type);
  return objectOf(fields.map((field) => ({ key: field.key, output: groupField(field, groups, compiling) })));
}

function groupField(selected: Selected, groups: Groups, compiling: Compiling): Output {
  if (isTypename(selected)) return { json: quoted(selected.parent.name) };
  requireReadable(selected, compiling.context);
  const { chantierSameGroup, chantierRowOfGroup, pothosExposedField } = selected.field.extensions;
  const type = getNamedType(selected.field.type);
  if (chantierSameGroup && isObjectType(type)) return groupObject(selected, type, groups, compiling);
  const column = chantierRowOfGroup ?? pothosExposedField;
  if (typeof column !== 'string') throw new Declined('is resolved by code', coordinateOf(selected));
  const value = sql`${sql.identifier(groups.alias)}.${sql.identifier(column)}`;
  if (!groups.columns.has(column)) return absent(selected);
  if (chantierRowOfGroup) return rowOfGroup(selected, value, compiling);
  return { json: orNull(scalarOf(selected, value)) };
}

/** A field that the query does not group by. */
function absent({ field, parent }: Selected): Output {
  if (isNonNullType(field.type)) throw new Declined('is not grouped by', coordinateOf({ field, parent }));
  return { json: ['null'] };
}

const plainScalars: ReadonlySet<string> = new Set(['Int', 'String', 'Boolean', 'LocalDate']);

function scalarOf(selected: Selected, value: SQL): Json {
  const type: GraphQLOutputType = getNamedType(selected.field.type);
  if (type.name === 'Decimal') return quoted(sql`trim_scale(${value})::text`);
  if (plainScalars.has(type.name)) return anyJson(value);
  if (type instanceof GraphQLEnumType && type.getValues().every(({ name, value: inner }) => name === inner))
    return quoted(value);
  throw new Declined('aggregates to a type that cannot be compiled', coordinateOf(selected));
}

/** The row that a group's rows refer to. References are enforced, so it is found unless a row rule hides it. */
function rowOfGroup(selected: Selected, id: SQL, compiling: Compiling): Output {
  const type = getNamedType(selected.field.type) as GraphQLObjectType;
  const table = modelOf(type);
  if (!table || rowRuleOf(table, compiling.context.viewer) !== 'all') {
    throw new Declined('refers to rows that may be hidden', coordinateOf(selected));
  }
  const row = compiling.row(table);
  const object = compiling.object(selected, type, row);
  const source = visibleRows(row, { RAW: () => sql`${sql.identifier(row.alias)}."id" = ${id}` }, compiling);
  const one = sql`(select ${textOf(object.json)} from ${source.from}${whereClause(source)})`;
  return { json: orNull([one]), read: readPresent(object.read) };
}
