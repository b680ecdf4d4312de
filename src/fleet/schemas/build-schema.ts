import type { Admin, AdminTx } from '../../db/admin.ts';
import { advisoryLocks, takeLock } from '../../db/advisory-lock.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { Migration } from '../../db/migration-files.ts';
import { applyMigrations, retried } from '../../db/migrator.ts';
import type { OwnLogin } from '../../tenancy/app-login.ts';
import type { Installation } from '../../tenancy/installation.ts';
import { Grantor } from '../databases/grantor.ts';
import { disarmLogin, makeLogin } from '../databases/make-login.ts';
import { pendingOf, readLedger } from './migrate-database.ts';
import { tenantTarget } from './targets.ts';

export interface TenantSchema {
  schemaName: string;
  roleName: string;
}

/**
 * Creates whatever is missing of a tenant's role, schema and tables. Uses many small transactions, because the DDL of a
 * whole tenant in one would invalidate the catalog caches of every connection. Idempotent: call it again after an
 * interruption.
 */
export async function buildSchema(
  admin: Admin,
  installation: Installation,
  place: TenantSchema,
  wanted: readonly Migration[],
): Promise<void> {
  const { roles } = installation;
  await retried(8, () => admin.transaction((tx) => makeRole(tx, place.roleName, installation)));
  await retried(8, () => admin.transaction((tx) => makeSchema(tx, place, roles.owner)));
  await applyPending(admin, installation, place, wanted);
}

/** Applies the wanted migrations that a schema lacks. It may already have migrations of `others`. */
export async function applyPending(
  admin: Admin,
  installation: Installation,
  place: TenantSchema,
  wanted: readonly Migration[],
  others: readonly Migration[] = [],
): Promise<void> {
  const ledger = await readLedger(admin, installation, [place.schemaName]);
  const pending = pendingOf(ledger, place.schemaName, wanted, others);
  await applyMigrations(admin, tenantTarget(installation.roles, place), pending);
}

/**
 * Creates a tenant's role, which has neither a login nor rights of its own, and lets the login that serves the tenant
 * switch to it. Idempotent; call it again after that login has changed. One at a time, because concurrent grants fail
 * ("tuple concurrently updated").
 */
export async function makeRole(tx: AdminTx, role: string, { roles, loginFor }: Installation): Promise<void> {
  await takeLock(tx, advisoryLocks.grants);
  const grantor = await Grantor.of(tx);
  await grantor.createRole(role, 'nologin noinherit');
  await grantor.grantRole(role, loginFor ? await makeTenantLogin(grantor, loginFor(role)) : roles.app);
}

/** Creates the login of a tenant with a dedicated database; it may connect and switch to the tenant's role. */
async function makeTenantLogin(grantor: Grantor, login: OwnLogin): Promise<string> {
  await makeLogin(grantor, login);
  await disarmLogin(grantor, login.role);
  await grantor.letConnect(login.role);
  return login.role;
}

/** Sets default privileges while the schema is empty: granting afterwards would take one statement per table. */
export async function makeSchema(tx: AdminTx, place: TenantSchema, owner: string): Promise<void> {
  const [schema, role] = [place.schemaName, place.roleName].map(quoteIdentifier);
  await takeLock(tx, advisoryLocks.migration(place.schemaName));
  await tx.run(`create schema if not exists ${schema} authorization ${quoteIdentifier(owner)}`);
  await tx.run(`select set_config('role', $1, true)`, [owner]);
  const rights = `alter default privileges in schema ${schema} grant`;
  await tx.run(`${rights} select, insert, update, delete on tables to ${role}`);
  await tx.run(`${rights} usage, select on sequences to ${role}`);
  await tx.run(`grant usage on schema ${schema} to ${role}`);
}
