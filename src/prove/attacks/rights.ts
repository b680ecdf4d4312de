import { sql } from 'drizzle-orm';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { overSingleConnection } from './single-connection.ts';

/**
 * Runs SQL as if it had been injected into a tenant's session: through the program's pool and on a separate connection.
 */
export const rights: AttackGroup = {
  name: 'rights',
  about: 'SQL in a session of one organization reaches no table, statistic, sequence, file or session of the other',
  async prepare(duel) {
    const tables = new Set((await duel.victim.rows.columns()).map(({ table }) => table));
    await duel.victim.rows.asOwner(async (tx) => {
      for (const table of tables)
        await tx.run(`analyze ${quoteIdentifier(duel.victim.tenant.schemaName)}.${quoteIdentifier(table)}`);
    });
  },
  async attack(duel) {
    await attackBy(duel, duel.target.binding, 'pool');
    await overSingleConnection(duel, (binding) => attackBy(duel, binding, 'straight'));
  },
};

async function attackBy(duel: Duel, binding: TenantBinding, route: string): Promise<void> {
  await checkScope(duel, binding, route);
  for (const [name, text] of await refusedStatements(duel)) {
    const succeeded = await succeeds(duel, binding, text);
    duel.judge(`${name} (${route})`, succeeded, 'was carried out');
  }
  for (const [name, text] of emptyAnswers(duel)) {
    const rows = await rowsOf(duel, binding, text);
    duel.judge(`${name} (${route})`, rows.length > 0, `gave ${JSON.stringify(rows.slice(0, 3))}`);
  }
}

async function checkScope(duel: Duel, binding: TenantBinding, route: string): Promise<void> {
  const { roleName, schemaName } = duel.attacker.tenant;
  const [scope] = await rowsOf(duel, binding, `select current_user::text as role, current_schema()::text as schema`);
  const is = `${scope?.role} in ${scope?.schema}`;
  duel.judge(`whose session it is (${route})`, is !== `${roleName} in ${schemaName}`, `is ${is}`);
}

/** Runs work in a transaction that is always rolled back. */
async function inRolledBack<T>(duel: Duel, binding: TenantBinding, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  const session = binding.open(duel.attacker.tenant, 'write', { roleClass: 'job' });
  try {
    return await work(session.tx!);
  } finally {
    await session.rollback();
  }
}

const rowsOf = (duel: Duel, binding: TenantBinding, text: string): Promise<Record<string, unknown>[]> =>
  inRolledBack(duel, binding, (tx) => tx.execute<Record<string, unknown>>(sql.raw(text)));

/** Whether a statement ran without an error. */
const succeeds = (duel: Duel, binding: TenantBinding, text: string): Promise<boolean> =>
  rowsOf(duel, binding, text).then(
    () => true,
    () => false,
  );

async function refusedStatements(duel: Duel): Promise<[name: string, text: string][]> {
  const { schemaName, roleName } = duel.victim.tenant;
  const own = quoteIdentifier(duel.attacker.tenant.schemaName);
  const names = [...new Set((await duel.victim.rows.columns()).map(({ table }) => table))];
  const tables = names.map((table): [string, string] => [
    `reading ${table}`,
    `select 1 from ${quoteIdentifier(schemaName)}.${quoteIdentifier(table)} limit 1`,
  ]);
  const sequences = await duel.victim.rows.asOwner((tx) =>
    tx.run<{ oid: number; name: string }>(
      `select oid::int as oid, relname::text as name from pg_class where relnamespace = to_regnamespace($1) and relkind = 'S'`,
      [schemaName],
    ),
  );
  const numbers = sequences.flatMap(({ oid, name }): [string, string][] => [
    [`nextval of ${name}`, `select nextval(${oid}::oid::regclass)`],
    [`setval of ${name}`, `select setval(${oid}::oid::regclass, 1)`],
    [
      `last value of ${name}`,
      `select pg_sequence_last_value(${oid}::oid::regclass) + 0 where pg_sequence_last_value(${oid}::oid::regclass) is null and 1 / 0 = 1`,
    ],
  ]);
  return [
    ...tables,
    ...numbers,
    ['a temporary table', 'create temporary table profiles (id int)'],
    ['a table in one’s schema', `create table ${own}.mine (id int)`],
    ['a function in one’s schema', `create function ${own}.mine() returns int language sql as 'select 1'`],
    ['a schema', 'create schema scratch_proof_escape'],
    ['a table in public', 'create table public.mine (id int)'],
    ['the log of changes, changed', `update ${own}.events set action = 'x'`],
    ['the log of changes, shortened', `delete from ${own}.events`],
    ['the catalog', 'select 1 from catalog.organizations'],
    ['the audit log', 'delete from catalog.audit_logs'],
    ['the ledger of migrations', 'select 1 from chantier.tenant_migrations'],
    ['passwords', 'select 1 from pg_authid'],
    ['a file of the server', `select pg_read_file('PG_VERSION')`],
    ['a folder of the server', `select pg_ls_dir('.')`],
    ['a file as a large object', `select lo_import('/etc/hostname')`],
    ['a program of the server', `copy (select 1) to program 'true'`],
    [
      'other sessions, ended',
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    ],
    ['reset role', 'reset role'],
    ['the role of the other', `set local role ${quoteIdentifier(roleName)}`],
    ['the path of the other', `set search_path = ${quoteIdentifier(schemaName)}`],
    ['the end of the transaction', 'commit'],
    ['discard', 'discard all'],
    ['a code block', `do $$ begin perform 1; end $$`],
    ['listening', 'listen chantier'],
    ['two statements', `select 1; set role ${quoteIdentifier(roleName)}`],
  ];
}

/** Queries that are permitted but must return no rows. */
function emptyAnswers({ attacker, victim }: Duel): [name: string, text: string][] {
  const known = `('${attacker.tenant.schemaName}', 'extensions', 'pg_catalog', 'information_schema', 'pg_toast')`;
  return [
    ['statistics', `select tablename::text from pg_stats where schemaname = '${victim.tenant.schemaName}'`],
    [
      'rights on what is not one’s own',
      `select n.nspname::text || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname not in ${known} and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and (has_table_privilege(c.oid, 'select, insert, update, delete, truncate, references, trigger')
          or has_any_column_privilege(c.oid, 'select, insert, update, references')) limit 5`,
    ],
    [
      'sequences that are not one’s own',
      `select n.nspname::text || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname not in ${known} and case c.relkind when 'S' then has_sequence_privilege(c.oid, 'usage, select, update') end limit 5`,
    ],
    [
      'schemas that are not one’s own',
      `select nspname::text as name from pg_namespace where nspname not in ${known} and has_schema_privilege(oid, 'usage, create') limit 5`,
    ],
    [
      'schemas to write in',
      `select nspname::text as name from pg_namespace where has_schema_privilege(oid, 'create') limit 5`,
    ],
    [
      'functions with the rights of others',
      `select p.proname::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where p.prosecdef and n.nspname <> 'pg_catalog' and has_function_privilege(p.oid, 'execute') and has_schema_privilege(n.oid, 'usage') limit 5`,
    ],
    [
      'membership in other roles',
      `select rolname::text as name from pg_roles where rolname <> current_user and pg_has_role(oid, 'member') limit 5`,
    ],
    [
      'running statements of others',
      `select query from pg_stat_activity where pid <> pg_backend_pid() and usename <> current_user
        and query not in ('', '<insufficient privilege>') limit 3`,
    ],
  ];
}
