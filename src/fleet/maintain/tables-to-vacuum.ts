import type { AdminTx } from '../../db/admin.ts';

/**
 * The tables by schema that need a VACUUM (ANALYZE): they have dead rows or changes since the last ANALYZE, or neither
 * ever ran.
 */
export async function tablesToVacuum(
  admin: Pick<AdminTx, 'run'>,
  schemas: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await admin.run<{ schema: string; tables: string[] }>(
    `select n.nspname::text as schema, jsonb_agg(c.relname order by c.relname) as tables
    from unnest($1::text[]) as wanted (name) join pg_namespace n on n.nspname = wanted.name join pg_class c on c.relnamespace = n.oid and c.relkind = 'r'
    where pg_stat_get_dead_tuples(c.oid) > 0 or pg_stat_get_mod_since_analyze(c.oid) > 0 or (c.reltuples < 0 and pg_stat_get_live_tuples(c.oid) > 0)
    group by n.nspname`,
    [schemas],
  );
  return new Map(rows.map(({ schema, tables }) => [schema, tables]));
}
