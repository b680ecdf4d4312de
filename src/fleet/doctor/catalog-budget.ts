import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

/**
 * The cost of many schemas in one database, measured with this program on PostgreSQL 15 and 18 (see
 * docs/operations.md). Figures for planning, not guarantees.
 */
export const measured = {
  /** Memory of a connection for each table of each tenant that it has served: 1.1 MB for 45 tables, 0.15 MB for 4. */
  bytesPerTable: 25_000,
  /** Memory of a connection that has served no tenant yet. */
  freshBytes: 3_000_000,
  /**
   * Switching roles for the first time on a connection takes 4 to 8 ms of processor time at 1,000 roles, 25 to 34 at
   * 5,000.
   */
  rolesPerLogin: 1_000,
  /** 290 files for each tenant; a restart after a crash with 1.4 million takes 3 minutes, or 4 s with syncfs. */
  filesPerDatabase: 500_000,
  /** Total memory of one server's connections above which action is worth considering. */
  backendBytes: 4_000_000_000,
};

/** Share of a limit above which tenants should be moved to another database. */
const warnShare = 0.8;

export interface BudgetLine {
  resource: 'tenants' | 'roles' | 'files' | 'memory' | 'locks';
  used: number;
  limit: number;
  unit: string;
  what: string;
}

export interface DatabaseBudget {
  database: string;
  tables: number;
  lines: BudgetLine[];
}

interface Facts {
  schemas: number;
  tables: number;
  files: number;
  roles: number;
  locks: number;
}

const facts = `with ours as materialized (select oid from pg_namespace where nspname like 'tenant\\_%')
  select (select count(*) from ours)::int as schemas, count(*) filter (where c.relkind in ('r', 'p'))::int as tables,
    (count(*) filter (where c.relkind in ('r', 'i', 'm', 'S')) + 2 * count(*) filter (where c.reltoastrelid <> 0))::int as files,
    (select count(*) from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname = $1 and m.roleid <> coalesce((select oid from pg_roles where rolname = $2), 0))::int as roles,
    (current_setting('max_locks_per_transaction')::bigint * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint))::int as locks
  from pg_class c where c.relnamespace in (select oid from ours)`;

/** The resources that a database's tenants use, with their limits. */
export async function budgetOf({
  name,
  admin,
  installation,
  capacity,
  connections,
  slotBytes,
}: DatabaseVisit): Promise<DatabaseBudget> {
  const [row] = await admin.run<Facts>(facts, [installation.roles.app, installation.roles.catalog]);
  const { schemas, tables, files, roles, locks } = row!;
  const tablesPerSchema = schemas === 0 ? 0 : tables / schemas;
  const memoryWhenWarm = measured.freshBytes + schemas * tablesPerSchema * measured.bytesPerTable;
  const relations = schemas === 0 ? 0 : files / schemas;
  const lines: BudgetLine[] = [
    {
      resource: 'tenants',
      used: schemas,
      limit: capacity,
      unit: '',
      what: 'schemas of tenants, the capacity of the database',
    },
    {
      resource: 'roles',
      used: roles,
      limit: measured.rolesPerLogin,
      unit: '',
      what: 'roles that the login may act as',
    },
    { resource: 'files', used: files, limit: measured.filesPerDatabase, unit: '', what: 'files of tables and indexes' },
    {
      resource: 'memory',
      used: Math.round(connections.tenants * Math.min(memoryWhenWarm, slotBytes)),
      limit: measured.backendBytes,
      unit: 'bytes',
      what: `${connections.tenants} connections that have served every tenant, or as many as POOL_SLOT_MB lets them`,
    },
    {
      resource: 'locks',
      used: Math.round(2 * relations + 64 * connections.tenants),
      limit: locks,
      unit: '',
      what: 'locks, while a tenant is built, compared or backed up beside the requests',
    },
  ];
  return { database: name, tables, lines };
}

/** Findings for resources near their limits, with advice. */
export function checkBudget({ database, lines }: DatabaseBudget): Finding[] {
  const found = new Findings('budget', database);
  for (const { resource, used, limit, what } of lines) {
    const share = used / limit;
    if (share < warnShare) continue;
    const advice =
      resource === 'locks'
        ? 'raise max_locks_per_transaction'
        : 'move some tenants to another database (`chantier tenant move`)';
    const message = `${Math.round(share * 100)} % (${what}): ${advice}`;
    if (share > 1) found.problem(resource, message);
    else found.warning(resource, message);
  }
  return found.all;
}

export const filesOf = ({ lines }: DatabaseBudget): number =>
  lines.find(({ resource }) => resource === 'files')?.used ?? 0;
