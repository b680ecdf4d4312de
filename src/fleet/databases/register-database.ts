import { and, eq, ne, sql } from 'drizzle-orm';
import type { Admin } from '../../db/admin.ts';
import { retried } from '../../db/migrator.ts';
import { AppError } from '../../lib/errors.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { By } from '../../tenancy/audit.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { CatalogDb, CatalogTx } from '../../tenancy/catalog.ts';
import { placeOfUrl, readDatabaseUrl } from '../../tenancy/databases/database-url.ts';
import { type Database, type DatabaseRow, urlContext } from '../../tenancy/databases/databases.ts';
import { type Installation, primaryDatabaseId } from '../../tenancy/installation.ts';
import { notifyDatabaseChanged } from '../../tenancy/invalidation.ts';
import { databases, tenantSchemas } from '../../tenancy/tables.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { bootstrap } from '../schemas/bootstrap.ts';
import { makeRole } from '../schemas/build-schema.ts';
import { migrateDatabase } from '../schemas/migrate-database.ts';
import type { DatabaseMark } from './database-mark.ts';
import { inspectDatabase, unusable } from './inspect-database.ts';

export interface NewDatabase {
  /** By default made from its kind and id. */
  name?: string | undefined;
  kind: 'SHARED' | 'DEDICATED';
  /** With the application's login if `adminUrl` is given, otherwise with an administrator's. */
  url: string;
  /** With a login that may create roles and schemas. */
  adminUrl?: string | undefined;
}

export interface RegisterOptions {
  by: By;
  /** Id of the organization whose dedicated database it becomes; the database must not hold other tenants. */
  for?: string | undefined;
}

interface Named {
  /** Who gave the addresses: those of members are restricted. */
  namedBy: 'OPERATOR' | 'MEMBER';
}

const named = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Adds a further database to the installation: inspects, prepares and migrates it, and then records it with sealed
 * addresses. The same call resumes an interrupted one. For a database that is registered under this name, changes the
 * addresses. Throws BAD_INPUT with the reason for an address that cannot be used, UNAVAILABLE for one that does not
 * answer, ALREADY_EXISTS for a name or a database that is taken.
 */
export async function registerDatabase(fleet: Fleet, wanted: NewDatabase, options: RegisterOptions): Promise<Database> {
  if (wanted.name !== undefined && !named.test(wanted.name)) {
    throw new AppError('BAD_INPUT', 'A name has 1 to 63 characters of a-z, 0-9 and -, and does not begin with -', {
      field: 'name',
    });
  }
  const namedBy = options.for === undefined ? 'OPERATOR' : 'MEMBER';
  const installation = await prepareDatabase(fleet, { ...wanted, namedBy }, async (marked) => {
    const databaseId = marked ?? uuidv7();
    await fleet.catalog.read((db) => refuseTaken(db, databaseId, wanted, options));
    return databaseId;
  });
  const row = await fleet.catalog.write((tx) => write(tx, fleet, wanted, installation, options));
  return fleet.databases.open(row);
}

/**
 * Inspects a database and prepares it for tenants; the catalog is not changed. `choose` returns the id of the database.
 * It receives the id with which the database is marked, or undefined if it is new to this installation.
 */
export async function prepareDatabase(
  fleet: Fleet,
  wanted: Omit<NewDatabase, 'name'> & Named,
  choose: (marked: string | undefined) => string | Promise<string>,
): Promise<Installation> {
  const { appUrl, adminUrl } = addressesOf(fleet, wanted);
  const { guard } = fleet.databases.network;
  const { hostname } = new URL(adminUrl);
  await guard.check(hostname).catch((error: unknown) => {
    throw unusable(error, adminUrl);
  });
  const lookup = guard.lookupFor(hostname);
  const mark = await inspectDatabase({ adminUrl, lookup, onStatement: fleet.onStatement });
  const databaseId = await choose(idOf(fleet, mark));
  const { secret, otherSecrets } = fleet.databases;
  const further = { databaseId, prefix: fleet.installation.prefix };
  const { onStatement } = fleet;
  return await prepare(fleet, wanted.kind, () =>
    bootstrap({ adminUrl, appUrl, secret, otherSecrets, further, lookup, onStatement }),
  ).catch((error: unknown) => {
    throw unusable(error, adminUrl);
  });
}

/** Checks the addresses. Without `adminUrl`, the one address is the administrator's. */
function addressesOf(
  { databases: { network } }: Fleet,
  { url, adminUrl, namedBy }: Pick<NewDatabase, 'url' | 'adminUrl'> & Named,
) {
  const first = readDatabaseUrl(url, network, namedBy).href;
  if (adminUrl === undefined) return { appUrl: undefined, adminUrl: first };
  const second = readDatabaseUrl(adminUrl, network, namedBy).href;
  if (placeOfUrl(first) !== placeOfUrl(second)) {
    throw new AppError('BAD_INPUT', 'Both addresses must lead to the same database', { field: 'adminUrl' });
  }
  return { appUrl: first, adminUrl: second };
}

function idOf({ installation }: Fleet, mark: DatabaseMark | undefined): string | undefined {
  if (mark === undefined) return undefined;
  if (mark.prefix !== installation.prefix) {
    throw new AppError('BAD_INPUT', 'The database belongs to another installation', { field: 'databaseUrl' });
  }
  if (mark.databaseId === primaryDatabaseId) {
    throw new AppError('BAD_INPUT', 'This is the primary database of the installation', { field: 'databaseUrl' });
  }
  return mark.databaseId;
}

async function refuseTaken(
  db: CatalogDb,
  databaseId: string,
  { name, kind }: NewDatabase,
  { for: organizationId }: RegisterOptions,
): Promise<void> {
  const [known] = await db.select().from(databases).where(eq(databases.id, databaseId));
  if (organizationId !== undefined && known && known.state !== 'RETIRED') {
    const held = await db.select().from(tenantSchemas).where(eq(tenantSchemas.databaseId, databaseId));
    if (known.kind !== kind || held.some((schema) => schema.organizationId !== organizationId)) {
      throw new AppError('IN_USE', 'This database is in use already', { field: 'databaseUrl' });
    }
  }
  if (name === undefined) return;
  const [other] = await db
    .select({ id: databases.id })
    .from(databases)
    .where(and(isCalled(name), ne(databases.id, databaseId), ne(databases.state, 'RETIRED')));
  if (other) {
    const message = `Another database is called ${name}; if it was lost, use \`database replace ${name}\``;
    throw new AppError('ALREADY_EXISTS', message, { field: 'name' });
  }
  if (known && known.state !== 'RETIRED' && known.name !== name) {
    throw new AppError('ALREADY_EXISTS', `The database is registered already, as ${known.name}`, { field: 'name' });
  }
}

const isCalled = (name: string) => eq(databases.name, name);

async function prepare(
  fleet: Fleet,
  kind: NewDatabase['kind'],
  install: () => Promise<Installation>,
): Promise<Installation> {
  const installation = await install();
  await using admins = adminsOf({
    onStatement: fleet.onStatement,
    databases: { installationOf: async () => installation },
  });
  await admins.use(async (admin) => {
    await migrateDatabase(admin, installation, fleet.lines);
    await grantTenantRoles(fleet, admin, fleet.databases.servedAs(kind, installation));
  });
  return installation;
}

/** Lets the application's login act as the tenants in this database, because the login may have changed. */
async function grantTenantRoles({ catalog }: Fleet, admin: Admin, installation: Installation): Promise<void> {
  const held = await catalog.read((db) =>
    db
      .select({ roleName: tenantSchemas.roleName })
      .from(tenantSchemas)
      .where(and(eq(tenantSchemas.databaseId, installation.databaseId), ne(tenantSchemas.state, 'DROPPING'))),
  );
  for (const { roleName } of held) {
    await retried(8, () => admin.transaction((tx) => makeRole(tx, roleName, installation)));
  }
}

async function write(
  tx: CatalogTx,
  fleet: Fleet,
  { name, kind }: NewDatabase,
  installation: Installation,
  options: RegisterOptions,
): Promise<DatabaseRow> {
  const { databaseId: id, appUrl, adminUrl } = installation;
  await refuseTaken(tx, id, { name, kind, url: adminUrl }, options);
  if (name !== undefined) await freeName(tx, id, name);
  const written = await writeDatabase(tx, fleet, { name, kind }, installation);
  await recordAudit(tx, {
    ...options.by,
    action: 'database.registered',
    resource: { type: 'Database', id },
    metadata: { name: written.name, kind, place: placeOfUrl(appUrl) },
  });
  return written;
}

/** Renames a retired database, so that its name is free. */
async function freeName(tx: CatalogTx, id: string, name: string): Promise<void> {
  await tx
    .update(databases)
    .set({ name: sql`${databases.name} || '-' || right(${databases.id}::text, 12)` })
    .where(and(isCalled(name), ne(databases.id, id), eq(databases.state, 'RETIRED')));
}

/** Records a prepared database with sealed addresses, and notifies all servers. */
export async function writeDatabase(
  tx: CatalogTx,
  { databases: { seal } }: Pick<Fleet, 'databases'>,
  { name, kind }: Pick<NewDatabase, 'name' | 'kind'>,
  { databaseId: id, appUrl, adminUrl }: Installation,
): Promise<DatabaseRow> {
  const row = {
    ...(name !== undefined && { name }),
    kind,
    state: 'READY' as const,
    sealedUrl: seal.seal(appUrl, urlContext(id, 'app')),
    sealedAdminUrl: seal.seal(adminUrl, urlContext(id, 'admin')),
    checkedAt: new Date(),
    lastError: null,
  };
  const [written] = await tx
    .insert(databases)
    .values({ id, name: name ?? `${kind.toLowerCase()}-${id.slice(-12)}`, ...row })
    .onConflictDoUpdate({ target: databases.id, set: row })
    .returning();
  await notifyDatabaseChanged(tx, id);
  return written!;
}
