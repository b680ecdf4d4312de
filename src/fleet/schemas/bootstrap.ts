import { randomBytes } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { Admin, type AdminTx } from '../../db/admin.ts';
import { advisoryLocks, takeLock } from '../../db/advisory-lock.ts';
import { describeHosts, readAddress } from '../../db/database-address.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { retried } from '../../db/migrator.ts';
import { isLoginRefused, isTlsRefused, toAppError } from '../../db/pg-errors.ts';
import { AppError } from '../../lib/errors.ts';
import { ownLogin, urlAs } from '../../tenancy/app-login.ts';
import {
  appLoginOf,
  type Installation,
  type InstallationRoles,
  primaryDatabaseId,
  rolesOf,
} from '../../tenancy/installation.ts';
import { commentOf, ofComment } from '../databases/database-mark.ts';
import { Grantor, ownerOfDatabase } from '../databases/grantor.ts';
import { disarmLogin, makeLogin } from '../databases/make-login.ts';

export interface BootstrapOptions {
  /** A login that may create roles and schemas in this database. */
  adminUrl: string;
  /**
   * URL of the application's own login. If absent, or if its login is the administrator's, a login is created whose
   * password is derived from the secret.
   */
  appUrl?: string | undefined;
  secret: string;
  /** The other secrets of a rotation. */
  otherSecrets?: readonly string[] | undefined;
  /** Id and prefix of an additional database; absent for the primary one. */
  further?: { databaseId: string; prefix: string } | undefined;
  lookup?: LookupFunction | undefined;
  onStatement?: ((text: string) => void) | undefined;
}

const createRight = 'CREATE on the database';

/**
 * Creates everything an installation needs besides its tables: roles, the schemas `chantier`, `catalog` (in the primary
 * database only) and `extensions`, and the ledger of migrations; revokes the rights of PUBLIC. Creates only what is
 * missing, so it runs at every start, even in several processes at once. Throws INSUFFICIENT_RIGHTS with the right that
 * the administrator's login lacks, CONFIG_INVALID for a login or database that the server does not know, UNAVAILABLE if
 * it does not answer.
 */
export async function bootstrap(options: BootstrapOptions): Promise<Installation> {
  await using admin = await connect(options);
  // A copy of this database on the same server has the same roles, and locks of its own
  return await retried(8, () => makeInstallation(admin, options));
}

/** The installation that `bootstrap` created; undefined if it never ran. For commands that only read. */
export async function findInstallation(options: BootstrapOptions): Promise<Installation | undefined> {
  await using admin = await connect(options);
  return await admin.transaction(async (tx) => {
    await tx.run('set transaction read only');
    const grantor = await Grantor.of(tx);
    const prefix = await findPrefix(tx, options);
    return prefix === undefined ? undefined : installationWith(prefix, grantor.login, options);
  });
}

async function connect({ adminUrl, lookup, onStatement }: BootstrapOptions): Promise<Admin> {
  const admin = new Admin({ url: adminUrl, lookup, ...(onStatement && { onStatement }) });
  try {
    await admin.run('select 1');
    return admin;
  } catch (error) {
    await admin[Symbol.asyncDispose]();
    throw unreachable(error, adminUrl);
  }
}

function installationWith(prefix: string, adminLogin: string, options: BootstrapOptions): Installation {
  const { adminUrl, appUrl, secret, otherSecrets, further, lookup } = options;
  const given = loginOf(appUrl, adminLogin);
  const databaseId = further?.databaseId ?? primaryDatabaseId;
  const roles = rolesOf(prefix, given ?? appLoginOf(prefix, databaseId));
  const place = { databaseId, prefix, adminUrl, roles, ...(lookup && { lookup }) };
  if (given !== undefined) return { ...place, appUrl: appUrl! };
  const login = ownLogin(secret, roles.app, otherSecrets);
  return { ...place, appUrl: urlAs(adminUrl, login), otherPasswords: login.otherPasswords };
}

function makeInstallation(admin: Admin, options: BootstrapOptions): Promise<Installation> {
  const { appUrl, secret, further } = options;
  return admin.transaction(async (tx) => {
    await takeLock(tx, advisoryLocks.bootstrap);
    const grantor = await Grantor.of(tx);
    const prefix = (await findPrefix(tx, options)) ?? further?.prefix ?? `ch${randomBytes(4).toString('hex')}`;
    const installation = installationWith(prefix, grantor.login, options);
    const { roles, databaseId } = installation;
    if (loginOf(appUrl, grantor.login) === undefined) await makeLogin(grantor, ownLogin(secret, roles.app));
    await disarmLogin(grantor, roles.app);
    const mark = commentOf({ prefix, databaseId });
    if (further) await makeAdditional(grantor, mark, roles);
    else await makePrimary(grantor, mark, roles);
    await revokePublicRights(grantor, roles.app);
    return installation;
  });
}

/** The operator who starts the program reads this: it names the database, never the password. */
function unreachable(cause: unknown, url: string): unknown {
  const { database, user: username } = readAddress(url);
  const place = `The database ${database} at ${describeHosts(url)}`;
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  if (isLoginRefused(cause)) {
    return new AppError('CONFIG_INVALID', `${place} refuses the login ${username}: ${reason}`, {}, { cause });
  }
  if (isTlsRefused(cause)) {
    const advice = 'set sslrootcert in the URL to a file with the certificate of its issuer, or set sslmode';
    return new AppError(
      'CONFIG_INVALID',
      `${place} did not prove its identity by TLS: ${reason}: ${advice}`,
      {},
      { cause },
    );
  }
  const known = toAppError(cause);
  return known
    ? new AppError(known.code, `${place} does not accept connections: ${reason}`, known.details, { cause })
    : cause;
}

/** Reads the prefix from the comment on the schema `chantier`, which every login can read. */
async function findPrefix(tx: AdminTx, { further }: BootstrapOptions): Promise<string | undefined> {
  const [row] = await tx.run<{ made: boolean; comment: string | null }>(
    `select to_regnamespace('chantier') is not null as made, obj_description(to_regnamespace('chantier'), 'pg_namespace') as comment`,
  );
  if (!row?.made) return undefined;
  const mark = ofComment(row.comment);
  if (!mark) {
    throw new AppError('CONFIG_INVALID', 'The database has a schema "chantier" that this program did not create');
  }
  if (mark.databaseId === (further?.databaseId ?? primaryDatabaseId) && (!further || mark.prefix === further.prefix)) {
    return mark.prefix;
  }
  throw new AppError(
    'CONFIG_INVALID',
    'The database belongs to another installation, or is another database of this one',
  );
}

function loginOf(appUrl: string | undefined, adminLogin: string): string | undefined {
  const login = appUrl === undefined ? '' : decodeURIComponent(new URL(appUrl).username);
  return login === '' || login === adminLogin ? undefined : login;
}

const ledgerTable = `create table chantier.tenant_migrations (schema_name text not null, module text not null, name text not null, hash text not null, applied_at timestamptz(3) not null default now(), primary key (schema_name, module, name))`;

/** Additional databases contain tenants and nothing that is shared by all. */
async function makeAdditional(grantor: Grantor, mark: string, roles: InstallationRoles): Promise<void> {
  await makeOwners(grantor, [roles.owner]);
  await makeSchema(grantor, 'chantier', `authorization ${quoteIdentifier(roles.owner)}`, [
    `set local role ${quoteIdentifier(roles.owner)}`,
    `comment on schema chantier is '${mark}'`,
    ledgerTable,
    `set local role none`,
  ]);
  await makeExtensions(grantor);
}

async function makePrimary(grantor: Grantor, mark: string, roles: InstallationRoles): Promise<void> {
  await grantor.createRole(roles.catalog, 'nologin noinherit');
  await makeOwners(grantor, [roles.catalogOwner, roles.owner]);
  await grantor.grantRole(roles.catalog, roles.app);
  const [owner, catalogOwner, catalog] = [roles.owner, roles.catalogOwner, roles.catalog].map(quoteIdentifier);
  await makeSchema(grantor, 'chantier', `authorization ${owner}`, [
    `set local role ${owner}`,
    `comment on schema chantier is '${mark}'`,
    ledgerTable,
    `grant usage on schema chantier to ${catalog}, ${catalogOwner}`,
    `grant select on chantier.tenant_migrations to ${catalog}`,
    `grant select, insert on chantier.tenant_migrations to ${catalogOwner}`,
    `set local role none`,
  ]);
  await makeSchema(grantor, 'catalog', `authorization ${catalogOwner}`, [
    `set local role ${catalogOwner}`,
    `grant usage on schema catalog to ${catalog}`,
    `alter default privileges in schema catalog grant select, insert, update, delete on tables to ${catalog}`,
    `alter default privileges in schema catalog grant usage, select on sequences to ${catalog}`,
    `set local role none`,
  ]);
  await makeExtensions(grantor);
}

async function makeOwners(grantor: Grantor, owners: readonly string[]): Promise<void> {
  for (const role of owners) {
    await grantor.createRole(role, 'nologin noinherit');
    await grantor.join(role);
  }
}

async function makeExtensions(grantor: Grantor): Promise<void> {
  await makeSchema(grantor, 'extensions', '', []);
  if (!(await grantor.is(`select has_schema_privilege('public', 'extensions', 'usage') as is`))) {
    await grantor.run('to own the schema extensions', 'grant usage on schema extensions to public');
  }
}

async function makeSchema(grantor: Grantor, name: string, clause: string, then: readonly string[]): Promise<void> {
  if (await grantor.is('select to_regnamespace($1) is not null as is', [name])) return;
  await grantor.run(createRight, `create schema ${name} ${clause}`);
  for (const statement of then) await grantor.run(createRight, statement);
}

async function revokePublicRights(grantor: Grantor, app: string): Promise<void> {
  const database = quoteIdentifier(grantor.database);
  const open = `select has_database_privilege('public', current_database(), 'temp, create') as is`;
  if (await grantor.is(open)) {
    await grantor.run(ownerOfDatabase, `revoke temporary, create on database ${database} from public`);
    // Without the right to revoke, PostgreSQL only warns
    if (await grantor.is(open)) throw grantor.lacks(ownerOfDatabase);
  }
  const publicSchema = `select coalesce(has_schema_privilege('public', to_regnamespace('public'), 'usage, create'), false) as is`;
  if (await grantor.is(publicSchema)) {
    await grantor.run(ownerOfDatabase, 'revoke all on schema public from public');
    if (await grantor.is(publicSchema)) throw grantor.lacks(ownerOfDatabase);
  }
  await grantor.letConnect(app);
}
