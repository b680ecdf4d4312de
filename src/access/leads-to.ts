import { sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { TenantDb } from '../tenancy/binding.ts';

/** Rows of one table that each lead from one id to another; null leads nowhere. */
export interface Edges {
  table: PgTable;
  from: PgColumn;
  to: PgColumn;
}

/**
 * Whether the edges lead from one id to another, directly or through others; every id leads to itself. Who adds an edge
 * and must not close a cycle holds a rule lock: two at once could close one together.
 */
export async function leadsTo(db: TenantDb, { table, from, to }: Edges, start: string, end: string): Promise<boolean> {
  const [column, next] = [from, to].map(({ name }) => sql.identifier(name));
  const found = await db.execute(sql`
    with recursive reached (id) as (
      select ${start}::uuid
      union
      select edge.${next} from ${table} edge join reached on edge.${column} = reached.id
    ) select 1 from reached where id = ${end}`);
  return found.length > 0;
}
