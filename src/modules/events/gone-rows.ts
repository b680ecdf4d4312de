import { getColumns, getTableName, relationsFilterToSQL, type SQL, sql, type Table } from 'drizzle-orm';
import { alias, type PgColumn } from 'drizzle-orm/pg-core';
import type { TableName } from '../../access/row-rules.ts';
import { relations } from '../../relations.ts';
import { typesOfRows } from './row-types.ts';
import { events } from './tables.ts';

type Rule = Record<string, unknown>;
interface Relation {
  relationType: 'one' | 'many';
  sourceColumns: unknown[];
  targetColumns: unknown[];
  targetTableName: TableName;
}
interface Config {
  table: Table;
  relations: Record<string, Relation>;
}
type EventColumns = Record<'resourceType' | 'resourceId' | 'action' | 'before', PgColumn>;

const configOf = (table: TableName): Config => relations[table] as unknown as Config;
const columnsOf = (table: Table) => getColumns(table) as Record<string, PgColumn>;

/**
 * A condition that tells whether a row rule held for a deleted row, by the values in its deletion event. Rows that it
 * referred to may be deleted too; then their deletion events are used in turn. Undefined for a rule with its own SQL,
 * which needs an existing row.
 */
export function wasVisible(table: TableName, rule: object): ((event: Table) => SQL) | undefined {
  if (hasRaw(rule as Rule)) return undefined;
  return (event) => {
    const { resourceType, resourceId } = event as unknown as EventColumns;
    return deletionOf(0, sql`${resourceType}`, sql`${resourceId}`, (deletion) =>
      held(0, deletion, table, rule as Rule),
    );
  };
}

function hasRaw(rule: Rule): boolean {
  return Object.entries(rule).some(
    ([key, value]) => key === 'RAW' || (typeof value === 'object' && value !== null && hasRaw(value as Rule)),
  );
}

/** Whether the row with this id was deleted, and its deletion event meets the condition. */
function deletionOf(depth: number, type: SQL, id: SQL, condition: (deletion: EventColumns) => SQL): SQL {
  const name = `gone${depth}`;
  const gone = alias(events, name);
  return sql`exists (select 1 from ${events} ${sql.identifier(name)} where ${gone.resourceType} = ${type}
    and ${gone.resourceId} = ${id} and ${gone.action} like '%.deleted' and ${condition(gone)})`;
}

/** Whether the rule held for a deleted row, as a condition on its deletion event. */
function held(depth: number, deletion: EventColumns, table: TableName, rule: Rule): SQL {
  const config = configOf(table);
  const parts = Object.entries(rule).map(([key, value]) => {
    if (key === 'AND' || key === 'OR') {
      const inner = (value as Rule[]).map((part) => held(depth, deletion, table, part));
      return sql`(${sql.join(inner, key === 'AND' ? sql` and ` : sql` or `)})`;
    }
    if (key === 'NOT') return sql`(not coalesce(${held(depth, deletion, table, value as Rule)}, false))`;
    const relation = config.relations[key];
    const target = relation?.relationType === 'one' ? relation : undefined;
    return target
      ? heldOfTarget(depth, deletion, config, target, value)
      : heldOfRow(deletion, config, { [key]: value });
  });
  return parts.length ? sql`(${sql.join(parts, sql` and `)})` : sql`true`;
}

/** The rule's conditions on the row's own columns, and on rows that refer to it. */
function heldOfRow(deletion: EventColumns, { table, relations: of }: Config, rule: Rule): SQL {
  const columns = columnsOf(table);
  const asked = Object.keys(rule).flatMap((key) => (columns[key] ? [columns[key]] : (of[key]?.sourceColumns ?? [])));
  const row = (asked as PgColumn[]).map(
    (column) => sql`${recorded(deletion, table, column)} as ${sql.identifier(column.name)}`,
  );
  const gone = sql`(select ${sql.join(row, sql`, `)}) as ${sql.identifier(getTableName(table))}`;
  const visible = relationsFilterToSQL(table, rule as never, of as never, relations);
  return sql`exists (select 1 from ${gone} where ${visible})`;
}

/** The rule's condition on the row that the deleted one referred to, which exists or was deleted too. */
function heldOfTarget(
  depth: number,
  deletion: EventColumns,
  { table }: Config,
  relation: Relation,
  rule: unknown,
): SQL {
  const name = relation.targetTableName;
  const { table: target, relations: of } = configOf(name);
  const id = recorded(deletion, table, relation.sourceColumns[0] as PgColumn);
  const filter = rule === true ? undefined : (rule as Rule);
  const visible = filter ? relationsFilterToSQL(target, filter as never, of as never, relations) : sql`true`;
  const there = sql`exists (select 1 from ${target} where ${relation.targetColumns[0]} = ${id} and ${visible})`;
  const type = typesOfRows().find((each) => each.table === name)?.typename;
  if (type === undefined) return there;
  const gone = deletionOf(depth + 1, sql.raw(`'${type}'`), id, (next) => held(depth + 1, next, name, filter ?? {}));
  return sql`(${there} or ${gone})`;
}

/** The value of a column in the deletion event. */
const recorded = ({ before }: EventColumns, table: Table, column: PgColumn): SQL =>
  sql`(${before} ->> ${sql.raw(`'${keyOf(table, column)}'`)})::${sql.raw(column.getSQLType())}`;

const keyOf = (table: Table, column: PgColumn): string =>
  Object.entries(columnsOf(table)).find(([, known]) => known === column)![0];
