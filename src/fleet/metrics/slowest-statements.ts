import type { AdminTx } from '../../db/admin.ts';

/** A statement in pg_stat_statements, without its values. Times in milliseconds. */
export interface SlowStatement {
  text: string;
  calls: number;
  meanMs: number;
  totalMs: number;
}

const most = 10;
const longestText = 500;

/** Finds the schema of the extension, if it is installed and loaded. A tenant's statements run as its role. */
const extension = `select quote_ident(n.nspname) || '.pg_stat_statements' as view from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'pg_stat_statements' and position('pg_stat_statements' in current_setting('shared_preload_libraries')) > 0`;

/** The statements of a tenant's role with the highest mean time; null without pg_stat_statements. */
export async function slowestStatements(
  admin: Pick<AdminTx, 'run'>,
  roleName: string,
): Promise<SlowStatement[] | null> {
  const [found] = await admin.run<{ view: string }>(extension);
  if (!found) return null;
  const rows = await admin.run<{ text: string; calls: number; meanMs: number; totalMs: number }>(
    `select left(s.query, $2) as text, s.calls::float8 as calls, s.mean_exec_time as "meanMs", s.total_exec_time as "totalMs"
    from ${found.view} s join pg_roles r on r.oid = s.userid join pg_database d on d.oid = s.dbid
    where r.rolname = $1 and d.datname = current_database() order by s.mean_exec_time desc limit $3`,
    [roleName, longestText, most],
  );
  return rows.map((row) => ({ ...row }));
}
