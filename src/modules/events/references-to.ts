import type { Table } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import type { IdTable } from '../../access/rows.ts';
import { relations } from '../../relations.ts';

/** A column that refers to the rows of another table by their ids. */
export interface ReferenceTo {
  /** See `tableOf`. */
  table: string;
  column: PgColumn;
  /** What happens to the row when the referenced row is deleted. */
  onDelete: 'cascade' | 'set null';
}

interface Config {
  table: IdTable;
  relations: Record<string, { throughTable?: Table | undefined }>;
}

/** All tables by their names here, and tables that only join two others by their names in the database. */
const tables: ReadonlyMap<string, IdTable> = readTables();
let references: Map<Table, ReferenceTo[]> | undefined;

/** All tables of a tenant, by the names that `tableOf` takes. */
export const tablesByName = (): ReadonlyMap<string, IdTable> => tables;

export const tableOf = (name: string): IdTable => tables.get(name)!;

/**
 * The columns of all other tables that change when a row of this table is deleted. For references of a table to itself
 * see `ownParent`.
 */
export function referencesTo(table: Table): readonly ReferenceTo[] {
  references ??= readReferences();
  return references.get(table) ?? [];
}

/** The column by which rows of a table are parts of other rows of the table, and are deleted with them. */
export function ownParent(table: string): PgColumn | undefined {
  const own = getTableConfig(tableOf(table)).foreignKeys.find(
    ({ reference, onDelete }) => onDelete === 'cascade' && (reference().foreignTable as Table) === tableOf(table),
  );
  return own?.reference().columns[0] as PgColumn | undefined;
}

function readTables(): Map<string, IdTable> {
  const configs = Object.entries(relations) as unknown as [string, Config][];
  const named = configs.map(([name, { table }]) => [name, table] as const);
  const known = new Set<unknown>(named.map(([, table]) => table));
  const joining = configs.flatMap(([, config]) =>
    Object.values(config.relations).map(({ throughTable }) => throughTable),
  );
  const others = [...new Set(joining)].filter((table) => table !== undefined && !known.has(table)) as PgTable[];
  return new Map([...named, ...others.map((table) => [getTableConfig(table).name, table as IdTable] as const)]);
}

function readReferences(): Map<Table, ReferenceTo[]> {
  const found = new Map<Table, ReferenceTo[]>();
  for (const [name, table] of tables) {
    for (const { reference, onDelete } of getTableConfig(table).foreignKeys) {
      const { columns, foreignTable } = reference();
      if (foreignTable === table || (onDelete !== 'cascade' && onDelete !== 'set null')) continue;
      const known = found.get(foreignTable) ?? [];
      found.set(foreignTable, [...known, { table: name, column: columns[0]!, onDelete }]);
    }
  }
  return found;
}
