import { is, Many, type Relation, relationsOrderToSQL, type SQL, sql } from 'drizzle-orm';
import { type GraphQLObjectType, getNamedType, isNonNullType } from 'graphql';
import { Declined } from '../../access/decline.ts';
import type { TableName } from '../../access/row-rules.ts';
import { required } from './columns.ts';
import type { Compiling } from './compiling.ts';
import { relatedRows, type Source, type Where, whereClause } from './conditions.ts';
import { requireReadable } from './field-rules.ts';
import { aggregated, orNull, textOf } from './json.ts';
import { type Output, readPresent } from './output.ts';
import type { Row } from './row.ts';
import { coordinateOf, type Selected } from './selection.ts';

/** The query that a declared relation makes for its rows. */
export interface RelationQuery {
  name: string;
  relation: Relation;
  query: { where?: Where; orderBy?: unknown; limit?: number; extras?: Record<string, unknown>; columns?: object };
}

type Select = (args: object, context: object, nested: unknown, selected: unknown, path: unknown) => unknown;

/**
 * Asks a relation's declaration for its query, as Pothos does when it plans a request. The arguments are a template, so
 * the query contains placeholders for a request's values.
 */
export function askRelation(selected: Selected, args: object, row: Row, compiling: Compiling): RelationQuery {
  const asked: object[] = [];
  const nested = (query: object | undefined) => {
    asked.push(query ?? {});
    return { query: query ?? {} };
  };
  const select = selected.field.extensions.pothosDrizzleSelect as Select;
  const answer = select(args, compiling.context, nested, () => new Set(['edges']), {}) as {
    with?: Record<string, { query: RelationQuery['query'] }>;
    extras?: object;
  };
  const [[name, given] = [], ...others] = Object.entries(answer.with ?? {});
  if (!name || !given || others.length || asked.length !== 1 || Object.keys(answer.extras ?? {}).length) {
    throw new Declined('selects more than one relation', coordinateOf(selected));
  }
  const relation = (row.config.relations as Record<string, Relation>)[name];
  if (!relation) throw new Declined(`${row.name} has no relation ${name}`);
  return { name, relation, query: given.query };
}

export const targetOf = ({ targetTableName }: Relation): TableName => targetTableName as TableName;

/**
 * A relation to one row (null if there is none or the viewer may not see it), or to many rows in the declared order.
 */
export function relationField(selected: Selected, row: Row, compiling: Compiling): Output {
  const { field } = selected;
  const template = field.args.length ? compiling.template(compiling.site(selected)) : {};
  const { relation, query } = askRelation(selected, template, row, compiling);
  const { output, sure } = relationOutput(selected, relation, query, row, compiling);
  if (!isNonNullType(field.type) || sure) return output;
  const read = output.read ?? ((json: unknown) => json);
  return { json: output.json, read: required(read) };
}

/** The row that a field leads to, for a subquery of one value; undefined if the field is no relation to one row. */
export function oneRow(selected: Selected, parent: Row, compiling: Compiling) {
  const { field } = selected;
  if (typeof field.extensions.pothosDrizzleSelect !== 'function' || !field.extensions.pothosDrizzleLoaded)
    return undefined;
  requireReadable(selected, compiling.context);
  const template = field.args.length ? compiling.template(compiling.site(selected)) : {};
  const { relation, query } = askRelation(selected, template, parent, compiling);
  if (is(relation, Many) || Object.keys(query.extras ?? {}).length) return undefined;
  const row = compiling.row(targetOf(relation));
  const source = relatedRows(relation, parent, row, query.where, compiling);
  return { row, source, sure: isSure(relation, source), limit: limitOf(relation, row) };
}

/** A relation's rows as the field's type: an array, or one row. `sure`: never null. */
export function relationOutput(
  selected: Selected,
  relation: Relation,
  query: RelationQuery['query'],
  parent: Row,
  compiling: Compiling,
): { output: Output; sure: boolean } {
  if (Object.keys(query.extras ?? {}).length) throw new Declined('computes values of its rows');
  const row = compiling.row(targetOf(relation));
  const object = compiling.object(selected, getNamedType(selected.field.type) as GraphQLObjectType, row);
  const source = relatedRows(relation, parent, row, query.where, compiling);
  if (is(relation, Many)) return { output: listOf(object, row, source, query), sure: true };
  const one = sql`(select ${textOf(object.json)} from ${source.from}${whereClause(source)}${limitOf(relation, row)})`;
  const output: Output = { json: orNull([one]), read: readPresent(object.read) };
  return { output, sure: isSure(relation, source) };
}

const limitOf = (relation: Relation, row: Row): SQL => (isSingle(relation, row) ? sql`` : sql` limit 1`);

const isSure = (relation: Relation, { ruled }: { ruled: boolean }): boolean =>
  relation.sourceColumns.every(({ notNull }) => notNull) && isCertain(relation) && !ruled;

const isCertain = (relation: Relation): boolean => (relation as { optional?: boolean }).optional === false;

function listOf({ json, read }: Output, row: Row, source: Source, query: RelationQuery['query']): Output {
  if (!query.orderBy) throw new Declined('is a list without an order');
  const order = sql` order by ${relationsOrderToSQL(row.inner, query.orderBy as never)}`;
  const limit = query.limit === undefined ? sql`` : sql` limit ${query.limit}`;
  const rows = sql`(select ${row.used} from ${source.from}${whereClause(source)}${order}${limit}) as ${sql.identifier(row.alias)}`;
  const list = sql`(select ${aggregated(json)} from ${rows})`;
  return {
    json: ['[', list, ']'],
    read: read && ((values, supplied) => (values as unknown[]).map((value) => read(value, supplied))),
  };
}

/** Whether a relation's target columns are the primary key of the table. */
const isSingle = ({ targetColumns, through }: Relation, target: Row): boolean =>
  !through && targetColumns.length === 1 && targetColumns[0]!.name === 'id' && target.column('id').primary;
