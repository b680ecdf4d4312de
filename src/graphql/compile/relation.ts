import { is, One, type Relation, sql } from 'drizzle-orm';
import { type GraphQLObjectType, getNamedType, isNonNullType } from 'graphql';
import type { TableName } from '../row-rules.ts';
import { required } from './columns.ts';
import type { Compiling } from './compiling.ts';
import { related, visible, type Where, whereClause } from './conditions.ts';
import { Declined } from './decline.ts';
import type { Output } from './output.ts';
import type { Row } from './row.ts';
import { nameOf, type Selected } from './selection.ts';

/** What a declared relation asks of the rows that it leads to. */
export interface RelationQuery {
  name: string;
  relation: Relation;
  query: { where?: Where; orderBy?: unknown; limit?: number; extras?: Record<string, unknown>; columns?: object };
}

type Select = (args: object, context: object, nested: unknown, selected: unknown, path: unknown) => unknown;

/**
 * Asks a relation's declaration what it would select, as Pothos does when it plans a query. The arguments are a
 * template, so what comes back has holes where a request's values will stand.
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
    throw new Declined('selects more than one relation', nameOf(selected));
  }
  const relation = (row.config.relations as Record<string, Relation>)[name];
  if (!relation) throw new Declined(`${row.name} has no relation ${name}`);
  return { name, relation, query: given.query };
}

export const targetOf = ({ targetTableName }: Relation): TableName => targetTableName as TableName;

/** A relation to one row: a subquery of the statement, null where there is none that the viewer may see. */
export function relationField(selected: Selected, row: Row, compiling: Compiling): Output {
  const { field } = selected;
  const template = field.args.length ? compiling.template(compiling.site(selected)) : {};
  const { relation, query } = askRelation(selected, template, row, compiling);
  if (Object.keys(query.extras ?? {}).length) throw new Declined('computes for its rows');
  const target = compiling.row(targetOf(relation));
  const type = getNamedType(field.type) as GraphQLObjectType;
  const object = compiling.object(selected, type, target);
  const rule = visible(target, query.where, compiling);
  const source = related(relation, row, target, rule);
  if (!is(relation, One)) throw new Declined('is a list without pages');
  const sure = relation.sourceColumns.every(({ notNull }) => notNull) && relation.optional === false && !rule;
  const limit = isSingle(relation, target) ? sql`` : sql` limit 1`;
  const one = sql`(select ${object.sql} from ${source.from}${whereClause(source)}${limit})`;
  const { read } = object;
  if (!isNonNullType(field.type) || sure) {
    return read ? { sql: one, read: (json, supplied) => (json === null ? null : read(json, supplied)) } : { sql: one };
  }
  return { sql: one, read: required((json, supplied) => (json === null || !read ? json : read(json, supplied))) };
}

/** Whether the columns that a relation leads to are the key of the table. */
const isSingle = ({ targetColumns, through }: Relation, target: Row): boolean =>
  !through && targetColumns.length === 1 && targetColumns[0]!.name === 'id' && target.column('id').primary;
