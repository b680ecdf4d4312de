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
import { relations } from '../../relations.ts';
import { visibleFilter } from '../guarded-db.ts';
import type { Compiling } from './compiling.ts';
import { Declined } from './decline.ts';
import type { Row } from './row.ts';

export type Where = Record<string, unknown>;

/** The condition that a row matches and that the plan's viewers may see it; undefined when all do. */
export function visible(row: Row, where: Where | undefined, { context }: Compiling): SQL | undefined {
  const filter = visibleFilter(row.name, where as never, context.viewer);
  if (!filter) return undefined;
  return relationsFilterToSQL(row.inner, filter as never, row.config.relations, relations);
}

/** Where rows come from and which of them are meant. */
export interface Source {
  from: SQL;
  where: SQL | undefined;
}

export const wholeTable = (row: Row, where: SQL | undefined): Source => ({ from: row.from, where });

/** The rows that a relation leads to from a row of the statement. */
export function related(relation: Relation, parent: Row, row: Row, where: SQL | undefined): Source {
  if (relation.where) throw new Declined('the relation has a condition of its own');
  for (const column of relation.sourceColumns) parent.use(column.name);
  const through = relation.throughTable && (aliasedTable(relation.throughTable as Table, `${row.alias}_via`) as Table);
  const { filter, joinCondition } = relationToSQL(relation, parent.inner, row.inner, through);
  const from = through ? sql`${row.from} inner join ${getTableAsAliasSQL(through)} on ${joinCondition}` : row.from;
  return { from, where: and(filter, where) };
}

export const whereClause = ({ where }: Source): SQL => (where ? sql` where ${where}` : sql``);
