import { and, eq, ne } from 'drizzle-orm';
import { retried } from '../../db/migrator.ts';
import { ownLogin, urlAs } from '../../tenancy/app-login.ts';
import { type Database, urlContext } from '../../tenancy/databases/databases.ts';
import { appLoginOf, type Installation } from '../../tenancy/installation.ts';
import { notifyDatabaseChanged } from '../../tenancy/invalidation.ts';
import { type Resealed, resealColumn, type SealedColumn } from '../../tenancy/reseal-column.ts';
import { databases, tenantSchemas } from '../../tenancy/tables.ts';
import { Grantor } from '../databases/grantor.ts';
import { makeLogin } from '../databases/make-login.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { type ResealedTenants, resealTenants } from './reseal-tenants.ts';

const columns: readonly SealedColumn[] = [
  { table: databases, id: databases.id, value: databases.sealedUrl, contextOf: (id) => urlContext(id, 'app') },
  { table: databases, id: databases.id, value: databases.sealedAdminUrl, contextOf: (id) => urlContext(id, 'admin') },
];

export interface RenewedSecrets extends Resealed {
  /** How many logins that the program made got the password of the current SECRET. */
  logins: number;
  /** Databases whose logins could not be renewed. */
  failed: { database: string; error: unknown }[];
  /** Organizations whose webhooks still have secrets that were sealed under another one. */
  failedOrganizations: ResealedTenants['failed'];
}

/**
 * Gives every login that the program made the password derived from the current SECRET, and seals the addresses of
 * databases and the secrets of webhooks under it. No request fails meanwhile, because servers that know both secrets
 * try both passwords. Idempotent. A database that is down is reported, and keeps its password.
 */
export async function renewSecrets(fleet: Fleet): Promise<RenewedSecrets> {
  const renewed: RenewedSecrets = { resealed: 0, unopened: 0, logins: 0, failed: [], failedOrganizations: [] };
  for (const database of await fleet.databases.list()) {
    try {
      renewed.logins += await renewLogins(fleet, database);
    } catch (error) {
      renewed.failed.push({ database: database.name, error });
    }
  }
  for (const column of columns) {
    const { resealed, unopened } = await resealColumn(fleet.catalog, fleet.databases.seal, column);
    renewed.resealed += resealed;
    renewed.unopened += unopened;
  }
  const { resealed, unopened, failed } = await resealTenants(fleet);
  renewed.resealed += resealed;
  renewed.unopened += unopened;
  renewed.failedOrganizations = failed;
  return renewed;
}

async function renewLogins(fleet: Fleet, { id, installation }: Database): Promise<number> {
  const { secret } = fleet.databases;
  const roles = await loginsOf(fleet, installation);
  await using admins = adminsOf(fleet, id);
  await admins.use(async (admin) => {
    for (const role of roles) {
      await retried(8, () => admin.transaction(async (tx) => makeLogin(await Grantor.of(tx), ownLogin(secret, role))));
    }
  });
  if (roles.includes(installation.roles.app)) await rewriteUrl(fleet, installation);
  return roles.length;
}

/** The logins that the program made in a database. */
async function loginsOf({ catalog }: Fleet, { databaseId, prefix, roles, loginFor }: Installation): Promise<string[]> {
  const own = roles.app === appLoginOf(prefix, databaseId) ? [roles.app] : [];
  if (!loginFor) return own;
  const schemas = await catalog.read((db) =>
    db
      .select({ roleName: tenantSchemas.roleName })
      .from(tenantSchemas)
      .where(and(eq(tenantSchemas.databaseId, databaseId), ne(tenantSchemas.state, 'DROPPING'))),
  );
  return [...own, ...schemas.map(({ roleName }) => loginFor(roleName).role)];
}

/** The stored address of a further database contains the password. The primary one's is computed at each start. */
async function rewriteUrl({ catalog, databases: all }: Fleet, { databaseId, roles, appUrl }: Installation) {
  const url = urlAs(appUrl, ownLogin(all.secret, roles.app));
  await catalog.write(async (tx) => {
    const rewritten = await tx
      .update(databases)
      .set({ sealedUrl: all.seal.seal(url, urlContext(databaseId, 'app')) })
      .where(and(eq(databases.id, databaseId), ne(databases.kind, 'PRIMARY')))
      .returning({ id: databases.id });
    if (rewritten.length > 0) await notifyDatabaseChanged(tx, databaseId);
  });
}
