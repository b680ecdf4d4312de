import { getColumns, getTableName, relationsFilterToSQL, type SQL, sql, type Table } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { TableName } from '../../access/row-rules.ts';
import { relations } from '../../relations.ts';

type Rule = Record<string, unknown>;
interface Config {
  table: Table;
  relations: Record<string, { sourceColumns: unknown[] }>;
}

/**
 * Whether a row rule held for a row that is gone, by what the event of its deletion recorded of it: those columns that
 * the rule asks for stand in for the row. Undefined for a rule in SQL of its own, of which that cannot be told.
 */
export function wasVisible(table: TableName, rule: object): ((event: Table) => SQL) | undefined {
  const config = relations[table] as unknown as Config;
  const asked = columnsAskedFor(config, rule as Rule);
  if (!asked) return undefined;
  const visible = relationsFilterToSQL(config.table, rule as never, config.relations as never, relations);
  return (event) => {
    const before = event['before' as keyof Table];
    const row = [...asked].map(([key, column]) => {
      const value = sql`(${before} ->> ${sql.raw(`'${key}'`)})::${sql.raw(column.getSQLType())}`;
      return sql`${value} as ${sql.identifier(column.name)}`;
    });
    const gone = sql`(select ${sql.join(row, sql`, `)}) as ${sql.identifier(getTableName(config.table))}`;
    return sql`${event['action' as keyof Table]} like '%.deleted' and exists (select 1 from ${gone} where ${visible})`;
  };
}

function columnsAskedFor(config: Config, rule: Rule): Map<string, PgColumn> | undefined {
  const columns = getColumns(config.table) as Record<string, PgColumn>;
  const asked = new Map<string, PgColumn>();
  const visit = (part: Rule): boolean =>
    Object.entries(part).every(([key, value]) => {
      if (key === 'RAW') return false;
      if (key === 'AND' || key === 'OR') return (value as Rule[]).every(visit);
      if (key === 'NOT') return visit(value as Rule);
      const wanted = columns[key] ? [columns[key]] : (config.relations[key]?.sourceColumns ?? []);
      for (const column of wanted) asked.set(keyOf(columns, column), column as PgColumn);
      return true;
    });
  return visit(rule) ? asked : undefined;
}

const keyOf = (columns: Record<string, PgColumn>, column: unknown): string =>
  Object.entries(columns).find(([, known]) => known === column)![0];
