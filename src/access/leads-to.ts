import { sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { TenantDb } from '../tenancy/tenant-session.ts';

/** The edges of a graph: rows of a table that refer from one id to another; null is no edge. */
export interface Edges {
  table: PgTable;
  from: PgColumn;
  to: PgColumn;
}

/**
 * Whether there is a path from `start` to `end`; every id reaches itself. To prevent cycles, hold a rule lock while
 * adding an edge: two concurrent transactions could otherwise close a cycle together.
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
