import type { LookupFunction } from 'node:net';
import type { OwnLogin } from './app-login.ts';

/** The installation of the program in one of its databases: where it connects and what its roles are called. */
export interface Installation {
  /** The row of `databases` that stands for it. */
  readonly databaseId: string;
  /** Kept in the database. Roles belong to the whole cluster: the prefix lets several installations share one. */
  readonly prefix: string;
  /** Which addresses its host may mean, where not the operator of the program chose it. */
  readonly lookup?: LookupFunction | undefined;
  readonly adminUrl: string;
  /** The login of the slots: it owns nothing, inherits nothing and finds no schema. */
  readonly appUrl: string;
  readonly roles: InstallationRoles;
  /** In a dedicated database: the login that alone may act as a tenant's role there. Elsewhere it is the application's. */
  readonly loginFor?: ((roleName: string) => OwnLogin) | undefined;
}

export interface InstallationRoles {
  /** The name in `appUrl`. */
  readonly app: string;
  /** What catalog sessions run as. */
  readonly catalog: string;
  /** Owns the catalog's tables. */
  readonly catalogOwner: string;
  /** Owns every tenant's tables and the ledger of migrations. */
  readonly owner: string;
}

/** The row of `databases` for the database that holds the catalog itself; the same in every installation. */
export const primaryDatabaseId = '00000000-0000-7000-8000-000000000001';

/**
 * The login that the program makes for its slots in a database, when it is given none. Each database has one of its own name: the
 * password follows from the name, whoever runs a server can have the passwords that are sent to it, and one server may hold several.
 */
export const appLoginOf = (prefix: string, databaseId: string): string =>
  databaseId === primaryDatabaseId ? `${prefix}_app` : `${prefix}_app_${databaseId.replaceAll('-', '')}`;

export const rolesOf = (prefix: string, app: string): InstallationRoles => ({
  app,
  catalog: `${prefix}_catalog`,
  catalogOwner: `${prefix}_catalog_owner`,
  owner: `${prefix}_owner`,
});

/** What a tenant's schema and role are called, for ever, whatever becomes of its slug. */
export const placeOf = (prefix: string, shortId: string): { schemaName: string; roleName: string } => ({
  schemaName: `tenant_${shortId}`,
  roleName: `${prefix}_t_${shortId}`,
});
