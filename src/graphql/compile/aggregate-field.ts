import { type SQL, sql } from 'drizzle-orm';
import { type GraphQLObjectType, getNamedType, isObjectType } from 'graphql';
import { Declined } from '../../access/decline.ts';
import type { AggregateDeclaration } from '../declare/aggregate/define-aggregate.ts';
import type { GroupExtensions } from '../declare/aggregate/group-values.ts';
import type { Measure } from '../declare/aggregate/measures.ts';
import { type GroupedRows, wholeTable } from '../declare/aggregate/statement.ts';
import { RequestPlaceholder } from '../declare/request-placeholder.ts';
import type { Compiling } from './compiling.ts';
import { visibleRows, visibleWhole, whereClause } from './conditions.ts';
import { requireReadable } from './field-rules.ts';
import { aggregated, anyJson, type Json, orNull, quoted, textOf } from './json.ts';
import { modelOf } from './model-of.ts';
import { type Output, objectOf, readPresent } from './output.ts';
import { coordinateOf, isTypename, type Selected } from './selection.ts';
import type { Supplied } from './supplied.ts';

/** The groups in the statement: a subquery with a column for each key and measure. */
interface Groups {
  alias: string;
  columns: ReadonlyMap<string, string>;
}

/**
 * A field that aggregates rows: the declared statement, with each of its rows written as an object. A root field
 * aggregates the rows of the table that match its filter.
 */
export function aggregateField(
  selected: Selected,
  declaration: AggregateDeclaration,
  compiling: Compiling,
  rows?: GroupedRows,
): Output {
  const { object, from } = groupsOf(selected, declaration, compiling, { rows });
  const { json, read } = object;
  return {
    json: ['[', sql`(select ${aggregated(json)} from ${from})`, ']'],
    read: read && ((found, supplied) => (found as unknown[]).map((group) => read(group, supplied))),
  };
}

/**
 * The groups of a field that aggregates rows: the object of one group, and where the statement reads the groups. With
 * `most`, there are that many groups instead of the number that a request asks for.
 */
export function groupsOf(
  selected: Selected,
  declaration: AggregateDeclaration,
  compiling: Compiling,
  { most, rows }: { most?: number; rows?: GroupedRows | undefined } = {},
): { object: Output; from: SQL } {
  requireReadable(selected, compiling.context);
  const type = getNamedType(selected.field.type) as GraphQLObjectType;
  compiling.aggregates = true;
  const site = compiling.site(selected);
  const template = compiling.template(site);
  const argumentsOf = ({ sites }: Supplied) => ({ ...sites[site.index]!.args });
  const limit = (supplied: Supplied) => declaration.limit(argumentsOf(supplied));
  const offset = (supplied: Supplied) => declaration.offset(argumentsOf(supplied));
  compiling.check(limit);
  compiling.check(offset);
  const { columns, sql: statement } = declaration.groups(
    template,
    measuresUnder(selected, type, declaration, compiling),
    {
      viewer: compiling.context.viewer,
      zone: new RequestPlaceholder<Supplied>(({ context }) => context.tenant.timeZone),
      rows:
        rows ?? wholeTable(declaration.table, visibleWhole(declaration.table, declaration.where(template), compiling)),
      limit: most ?? new RequestPlaceholder<Supplied>(limit),
      offset: new RequestPlaceholder<Supplied>(offset),
    },
  );
  const groups: Groups = { alias: compiling.alias(), columns };
  return {
    object: groupObject(selected, type, groups, [], compiling),
    from: sql`(${statement}) as ${sql.identifier(groups.alias)}`,
  };
}

const groupFieldOf = ({ field }: Selected) => (field.extensions as unknown as Partial<GroupExtensions>).chantierGroup;

function argumentsAt(selected: Selected, compiling: Compiling): Record<string, unknown> {
  return selected.field.args.length ? compiling.template(compiling.site(selected)) : {};
}

function measuresUnder(
  selected: Selected,
  type: GraphQLObjectType,
  declaration: AggregateDeclaration,
  compiling: Compiling,
): Measure[] {
  const measures = compiling.selections.under(selected, type).flatMap((field) => {
    const shown = isTypename(field) ? undefined : groupFieldOf(field);
    if (shown?.kind !== 'value' || !shown.measure) return [];
    return [declaration.measure(shown.measure, String(argumentsAt(field, compiling).of))];
  });
  const all = [declaration.measure('count', ''), ...measures];
  return [...new Map(all.map((measure) => [measure.id, measure])).values()];
}

function groupObject(
  of: Selected,
  type: GraphQLObjectType,
  groups: Groups,
  path: readonly string[],
  compiling: Compiling,
): Output {
  const fields = compiling.selections.under(of, type);
  return objectOf(fields.map((field) => ({ key: field.key, output: groupField(field, groups, path, compiling) })));
}

function groupField(selected: Selected, groups: Groups, path: readonly string[], compiling: Compiling): Output {
  if (isTypename(selected)) return { json: quoted(selected.parent.name) };
  requireReadable(selected, compiling.context);
  const shown = groupFieldOf(selected);
  if (!shown) throw new Declined('is resolved by code', coordinateOf(selected));
  const type = getNamedType(selected.field.type);
  if (shown.kind === 'keys' && isObjectType(type)) {
    return groupObject(selected, type, groups, shown.step === undefined ? path : [...path, shown.step], compiling);
  }
  const id =
    shown.kind === 'row'
      ? shown.id(path)
      : shown.kind === 'value'
        ? shown.id(path, argumentsAt(selected, compiling))
        : '';
  const column = groups.columns.get(id);
  if (column === undefined) return { json: ['null'] };
  const value = sql`${sql.identifier(groups.alias)}.${sql.identifier(column)}`;
  if (shown.kind === 'row') return rowOfKey(selected, value, compiling);
  const typename = shown.kind === 'value' ? shown.typename : undefined;
  return { json: orNull(typename ? [`"${typename}:`, value, '"'] : scalarJson(type.name, value)) };
}

/** Int, String and Boolean become JSON here; the statement returns every other scalar as the text in the answer. */
const scalarJson = (scalar: string, value: SQL): Json =>
  ['Int', 'String', 'Boolean'].includes(scalar) ? anyJson(value) : quoted(value);

/** The row that all rows of a group refer to. The group has the row's id only if the viewer may see the row. */
function rowOfKey(selected: Selected, id: SQL, compiling: Compiling): Output {
  const type = getNamedType(selected.field.type) as GraphQLObjectType;
  const table = modelOf(type);
  if (!table) throw new Declined('is no row of a table', coordinateOf(selected));
  const row = compiling.row(table);
  const object = compiling.object(selected, type, row);
  const source = visibleRows(row, { RAW: () => sql`${sql.identifier(row.alias)}."id" = ${id}::uuid` }, compiling);
  const one = sql`(select ${textOf(object.json)} from ${source.from}${whereClause(source)})`;
  return { json: orNull([one]), read: readPresent(object.read) };
}
