import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

const publicRights = `select 'the database' as subject, has_database_privilege('public', current_database(), 'temp, create') as open, 'create or have temporary tables in it' as what
  union all select 'the schema public', coalesce(has_schema_privilege('public', to_regnamespace('public'), 'usage, create'), false), 'use it'
  union all select 'the schema ' || nspname, has_schema_privilege('public', oid, 'usage, create'), 'use it' from pg_namespace where nspname in ('chantier', 'catalog') or nspname like 'tenant\\_%'
  union all select 'the schema extensions', coalesce(has_schema_privilege('public', to_regnamespace('extensions'), 'create'), false), 'create objects in it'`;

/** Reports rights of PUBLIC, which every login that can connect has, including those of tenants. */
export async function checkRights({ name, admin }: DatabaseVisit): Promise<Finding[]> {
  const found = new Findings('rights', name);
  const rows = await admin.run<{ subject: string; open: boolean; what: string }>(publicRights);
  for (const { subject, what } of rows.filter(({ open }) => open))
    found.problem(subject, `PUBLIC may ${what}: revoke it`);
  return found.all;
}
