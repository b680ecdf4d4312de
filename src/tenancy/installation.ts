import type { LookupFunction } from 'node:net';
import type { OwnLogin } from './app-login.ts';

/** The program's installation in one of its databases: where to connect and the names of the roles. */
export interface Installation {
  /** The id of the database's row in `databases`. */
  readonly databaseId: string;
  /** Stored in the database. Roles belong to the whole cluster: the prefix lets several installations share one. */
  readonly prefix: string;
  /** Restricts the addresses of a host that was not chosen by the operator. */
  readonly lookup?: LookupFunction | undefined;
  readonly adminUrl: string;
  /** The login of the slots: it owns nothing, inherits nothing and has an empty search path. */
  readonly appUrl: string;
  /** Further passwords of that login, while the secret that they derive from is being replaced. */
  readonly otherPasswords?: readonly string[] | undefined;
  readonly roles: InstallationRoles;
  /**
   * In a dedicated database: the only login that may act as the tenant's role. Elsewhere the application's login does.
   */
  readonly loginFor?: ((roleName: string) => OwnLogin) | undefined;
}

export interface InstallationRoles {
  /** The user name in `appUrl`. */
  readonly app: string;
  /** The role of catalog sessions. */
  readonly catalog: string;
  /** Owns the catalog's tables. */
  readonly catalogOwner: string;
  /** Owns every tenant's tables and the ledger of migrations. */
  readonly owner: string;
}

/** The row of `databases` for the database that holds the catalog itself; the same in every installation. */
export const primaryDatabaseId = '00000000-0000-7000-8000-000000000001';

/**
 * The login that the program creates for its slots in a database if it is given none. Each database has its own name
 * for it: the password is derived from the name, the owner of a server can read the passwords sent to it, and one
 * server may hold several databases.
 */
export const appLoginOf = (prefix: string, databaseId: string): string =>
  databaseId === primaryDatabaseId ? `${prefix}_app` : `${prefix}_app_${databaseId.replaceAll('-', '')}`;

export const rolesOf = (prefix: string, app: string): InstallationRoles => ({
  app,
  catalog: `${prefix}_catalog`,
  catalogOwner: `${prefix}_catalog_owner`,
  owner: `${prefix}_owner`,
});

/** The names of a tenant's schema and role. They never change, even if the slug does. */
export const tenantSchemaOf = (prefix: string, shortId: string): { schemaName: string; roleName: string } => ({
  schemaName: `tenant_${shortId}`,
  roleName: `${prefix}_t_${shortId}`,
});
