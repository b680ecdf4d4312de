import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

interface LoginRow {
  attributes: string[];
  inherits: boolean;
  hasEmptySearchPath: boolean;
  owned: number;
}

const login = `select r.rolinherit as inherits,
    array_to_json(array_remove(array[case when r.rolsuper then 'SUPERUSER' end, case when r.rolcreaterole then 'CREATEROLE' end, case when r.rolcreatedb then 'CREATEDB' end,
      case when r.rolbypassrls then 'BYPASSRLS' end, case when r.rolreplication then 'REPLICATION' end], null)) as attributes,
    exists (select from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase in (0, d.oid) and 'search_path=""' = any(s.setconfig)) as "hasEmptySearchPath",
    ((select count(*) from pg_class c where c.relowner = r.oid) + (select count(*) from pg_namespace n where n.nspowner = r.oid) + (d.datdba = r.oid)::int)::int as owned
  from pg_roles r, pg_database d where r.rolname = $1 and d.datname = current_database()`;

/** Before version 16, memberships have no INHERIT option of their own, so the login's NOINHERIT decides. */
const memberships = `select granted.rolname::text as role, member.rolname::text as member, member.rolsuper or member.rolname = current_user as powerful,
    coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, member.rolinherit) as inherits, m.admin_option as admin, granted.rolcanlogin or granted.rolsuper or granted.rolcreaterole or granted.rolbypassrls as strong
  from pg_auth_members m join pg_roles granted on granted.oid = m.roleid join pg_roles member on member.oid = m.member
  where member.rolname = $1 or left(granted.rolname, length($2)) = $2`;

interface MembershipRow {
  role: string;
  member: string;
  powerful: boolean;
  inherits: boolean;
  admin: boolean;
  strong: boolean;
}

/**
 * Checks that the application's login has no privileges of its own and can act only as the roles of tenants and of the
 * catalog, and that no other login can act as those.
 */
export async function checkRoles(visit: DatabaseVisit): Promise<Finding[]> {
  const found = new Findings('roles', visit.name);
  const { app } = visit.installation.roles;
  const [row] = await visit.admin.run<LoginRow>(login, [app]);
  if (!row) found.problem(app, 'the login of the program does not exist: run `chantier migrate`');
  else checkLogin(found, app, row);
  const prefix = `${visit.installation.prefix}_t_`;
  const rows = await visit.admin.run<MembershipRow>(memberships, [app, prefix]);
  checkMemberships(found, visit, rows);
  checkReachable(found, visit, rows);
  return found.all;
}

function checkLogin(found: Findings, app: string, { attributes, inherits, hasEmptySearchPath, owned }: LoginRow): void {
  if (attributes.length > 0)
    found.problem(app, `the login of the program is ${attributes.join(', ')}: revoke these attributes`);
  if (inherits)
    found.problem(app, 'the login of the program inherits the rights of its roles: `alter role … noinherit`');
  if (!hasEmptySearchPath)
    found.problem(app, "the login of the program has a search_path: `alter role … set search_path = ''`");
  if (owned > 0) found.problem(app, `the login of the program owns ${owned} objects: it must own nothing`);
}

function checkMemberships(found: Findings, visit: DatabaseVisit, rows: readonly MembershipRow[]): void {
  const { prefix, roles } = visit.installation;
  const isOfTenant = (role: string) => role.startsWith(`${prefix}_t_`);
  for (const { role, member, inherits, admin, strong } of rows.filter((row) => row.member === roles.app)) {
    if (role !== roles.catalog && !isOfTenant(role)) {
      found.problem(role, `${member} may act as this role, which is not a tenant's role: revoke it`);
    } else if (isOfTenant(role) && !visit.knownRoles.has(role)) {
      found.warning(role, "the catalog has no record of this tenant's role: drop it if no schema needs it");
    }
    if (inherits || admin) found.problem(role, `${member} inherits the rights of this role without switching to it`);
    if (strong) found.problem(role, 'has a login or privileges of its own, which this role must not have');
  }
  for (const { role, member, powerful } of rows) {
    // Allowed: a tenant's own login in a dedicated database, and the login of another database on the same server
    const isOurs = powerful || member === ownLoginOf(role) || visit.logins.has(member);
    if (!isOurs) found.problem(role, `${member} may act as this tenant's role too: revoke it`);
  }
}

const ownLoginOf = (role: string): string => `${role}_login`;

/** Checks that the login can switch to the role of every tenant in this database. */
function checkReachable(found: Findings, visit: DatabaseVisit, rows: readonly MembershipRow[]): void {
  const { roles, loginFor } = visit.installation;
  const reached = new Set(rows.map(({ role, member }) => `${member} ${role}`));
  for (const { roleName, state } of visit.schemas) {
    if (state !== 'ACTIVE' && state !== 'SPARE') continue;
    const login = loginFor?.(roleName).role ?? roles.app;
    if (!reached.has(`${login} ${roleName}`)) found.problem(roleName, `${login} cannot act as this tenant's role`);
  }
}
