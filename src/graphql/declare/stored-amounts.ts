import { getTableName, type SQL, sql, type Table } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { relations } from '../../relations.ts';
import type { TenantDb } from '../../tenancy/tenant-session.ts';
import type { Model } from './resource/model.ts';

/** A column of amounts in the organization's currency. */
interface AmountColumn {
  table: Table;
  column: PgColumn;
  /** The GraphQL type of the rows. */
  typename: string;
}

const columns: AmountColumn[] = [];

/** Adds the fields of type Money of a resource. */
export function registerAmounts({ rows, spec, fields }: Model): void {
  for (const { pg, options } of fields)
    if (options.type === 'Money') columns.push({ table: rows, column: pg, typename: spec.name });
}

/**
 * Whether the tenant holds an amount other than 0: in any module, switched on or off, and in deleted rows that can be
 * restored.
 */
export async function hasAmounts(db: TenantDb): Promise<boolean> {
  const names = [...new Set(columns.map(({ table }) => getTableName(table)))];
  // The tables of a module that was never switched on do not exist
  const present = await db.execute<{ name: string }>(
    sql`select name from unnest(${sql.param(names)}::text[]) as name where to_regclass(quote_ident(name)) is not null`,
  );
  const existing = new Set(present.map(({ name }) => name));
  const held = columns.filter(({ table }) => existing.has(getTableName(table))).flatMap(conditions);
  const [found] = await db.execute<{ held: boolean }>(sql`select ${sql.join(held, sql` or `)} as held`);
  return found!.held;
}

function conditions({ table, column, typename }: AmountColumn): SQL[] {
  const [trash, parts] = [relations.trash.table, relations.trashParts.table];
  const kept = sql`(content ->> ${column.name})::numeric <> 0`;
  return [
    sql`exists (select from ${table} where ${column} <> 0)`,
    sql`exists (select from ${trash} where ${trash.resourceType} = ${typename} and ${kept})`,
    sql`exists (select from ${parts} where ${parts.tableName} = ${getTableName(table)} and ${kept})`,
  ];
}
