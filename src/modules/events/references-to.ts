import type { Table } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import type { TableName } from '../../access/row-rules.ts';
import { relations } from '../../relations.ts';

/** A column that refers to the rows of another table by their ids. */
export interface ReferenceTo {
  table: TableName;
  column: PgColumn;
  /** What happens to the row when the referenced row is deleted. */
  onDelete: 'cascade' | 'set null';
}

let references: Map<Table, ReferenceTo[]> | undefined;

/**
 * The columns of all tables that change when a row of this table is deleted. References of a table to itself are left
 * out: the messages of a thread are deleted with their channel, and profiles are never deleted.
 */
export function referencesTo(table: Table): readonly ReferenceTo[] {
  references ??= readReferences();
  return references.get(table) ?? [];
}

function readReferences(): Map<Table, ReferenceTo[]> {
  const found = new Map<Table, ReferenceTo[]>();
  for (const [name, { table }] of Object.entries(relations) as [TableName, { table: PgTable }][]) {
    for (const { reference, onDelete } of getTableConfig(table).foreignKeys) {
      const { columns, foreignTable } = reference();
      if (foreignTable === table || (onDelete !== 'cascade' && onDelete !== 'set null')) continue;
      const known = found.get(foreignTable) ?? [];
      found.set(foreignTable, [...known, { table: name, column: columns[0]!, onDelete }]);
    }
  }
  return found;
}
