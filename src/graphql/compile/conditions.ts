import {
  aliasedTable,
  and,
  getTableAsAliasSQL,
  type Relation,
  relationsFilterToSQL,
  relationToSQL,
  type SQL,
  sql,
  type Table,
} from 'drizzle-orm';
import { Declined } from '../../access/decline.ts';
import { guardWhere, visibleFilter } from '../../access/guarded-db.ts';
import type { TableName } from '../../access/row-rules.ts';
import { relations } from '../../relations.ts';
import type { Compiling } from './compiling.ts';
import { isImplied } from './implied-rule.ts';
import type { Row } from './row.ts';

export type Where = Record<string, unknown>;

/** The `from` and `where` of a query. */
export interface Source {
  from: SQL;
  where: SQL | undefined;
}

const sqlOf = (row: Row, filter: object | undefined): SQL | undefined =>
  filter && relationsFilterToSQL(row.inner, filter as never, row.config.relations, relations);

/** The rows of a table that match and that the plan's viewers may see. */
export function visibleRows(row: Row, where: Where | undefined, { context }: Compiling): Source {
  return { from: row.from, where: sqlOf(row, visibleFilter(row.name, where as never, context.viewer)) };
}

/** The same for a table that stands in the statement under its own name. */
export function visibleWhole(table: TableName, where: object | undefined, { context }: Compiling): SQL | undefined {
  const filter = visibleFilter(table, where as never, context.viewer);
  const config = relations[table];
  return filter && relationsFilterToSQL(config.table, filter as never, config.relations, relations);
}

/** The rows that a relation leads to from a row of the statement. `ruled`: whether a row rule may hide any. */
export function relatedRows(
  relation: Relation,
  parent: Row,
  row: Row,
  where: Where | undefined,
  { context: { viewer } }: Compiling,
): Source & { ruled: boolean } {
  if (relation.where) throw new Declined('the relation has a condition of its own');
  for (const column of relation.sourceColumns) parent.use(column.name);
  const through = relation.throughTable && (aliasedTable(relation.throughTable as Table, `${row.alias}_via`) as Table);
  const { filter, joinCondition } = relationToSQL(relation, parent.inner, row.inner, through);
  const from = through ? sql`${row.from} inner join ${getTableAsAliasSQL(through)} on ${joinCondition}` : row.from;
  const implied = isImplied(relation, parent, row, viewer);
  const visible = implied
    ? where && guardWhere(row.name, where as never, viewer)
    : visibleFilter(row.name, where as never, viewer);
  return { from, where: and(filter, sqlOf(row, visible)), ruled: visible !== undefined };
}

export const whereClause = ({ where }: Source): SQL => (where ? sql` where ${where}` : sql``);
