import { getTableName, type SQL, sql, type Table } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import { columnsOf } from './cascade.ts';
import { ownParent, tableOf } from './references-to.ts';

/** A row of a table as the trash keeps it, under the name of the table, so that conditions on the table hold for it. */
export function keptRow(table: Table, content: SQL): SQL {
  const name = sql.identifier(getTableName(table));
  return sql`jsonb_populate_record(null::${name}, ${content}) as ${name}`;
}

interface ForeignKey {
  column: PgColumn;
  target: Table;
  to: PgColumn;
  /** Whether a row can lose the reference. */
  clears: boolean;
}

/** References of a table to itself are left out. */
function foreignKeysOf(table: string): ForeignKey[] {
  return getTableConfig(tableOf(table) as PgTable).foreignKeys.flatMap(({ reference, onDelete }) => {
    const { columns, foreignTable, foreignColumns } = reference();
    if ((foreignTable as Table) === tableOf(table)) return [];
    return [{ column: columns[0]!, target: foreignTable, to: foreignColumns[0]!, clears: onDelete === 'set null' }];
  });
}

/** The columns without which a row of the table cannot exist, with the tables that they refer to. */
export const requiredKeysOf = (table: string): ForeignKey[] => foreignKeysOf(table).filter(({ clears }) => !clears);

export const isThere = ({ column, target, to }: ForeignKey): SQL =>
  sql`(${column} is null or exists (select 1 from ${target} where ${to} = ${column}))`;

/**
 * The statement that inserts rows of the trash into their table again, without those whose parent is gone. References
 * that a row can lose are cleared if their row is gone, and the one to another row of the table that it is a part of is
 * left to the caller. `names` are the columns that the trash has: those that were
 * added later get their defaults. Returns the ids of rows, or nothing of tables without ids.
 */
export function insertKept(table: string, names: readonly string[], from: SQL, onConflict = sql``): SQL {
  const columns = Object.values(columnsOf(table)).filter(({ name }) => names.includes(name));
  const keys = foreignKeysOf(table);
  const own = ownParent(table);
  const values = columns.map((column) => {
    if (column === own) return sql`null::uuid`;
    const key = keys.find((each) => each.clears && each.column === column);
    return key ? sql`case when ${isThere(key)} then ${column} end` : sql`${column}`;
  });
  const into = columns.map(({ name }) => sql.identifier(name));
  const parents = requiredKeysOf(table).map((key) => isThere(key));
  return sql`insert into ${tableOf(table)} (${sql.join(into, sql`, `)})
    select ${sql.join(values, sql`, `)} from ${from} and ${sql.join([sql`true`, ...parents], sql` and `)} ${onConflict}`;
}
