import { getSchemaConfig } from '@pothos/plugin-drizzle';
import { type Column, getColumns, type Table } from 'drizzle-orm';
import type { TableName } from '../../access/row-rules.ts';
import { relations } from '../../relations.ts';
import { builder } from './builder.ts';

/** Whether no two rows are equal in these sort keys. Otherwise Pothos appends the primary key. */
export function isTotalOrder(table: TableName, keys: readonly string[]): boolean {
  const columns = getColumns(relations[table].table as Table) as Record<string, Column>;
  const ordered = new Set(keys.flatMap((key) => (columns[key]?.notNull ? [columns[key].name] : [])));
  const unique = getSchemaConfig(builder).getUniqueConstraints(table);
  return unique.some((constraint) => constraint.every(({ name }) => ordered.has(name)));
}
