import { eq } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import { redactUrl } from '../tenancy/databases/database-url.ts';
import type { Database } from '../tenancy/databases/databases.ts';
import { databases, organizations } from '../tenancy/tables.ts';
import { tenantNotFound } from '../tenancy/tenant.ts';
import type { MoveEnd, MoveSummary } from '../tenancy/tenant-lifecycle.ts';
import type { Identity, Origin } from './identity.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

/** The database of an organization, as its administrators see it. */
export interface OwnDatabase {
  organizationId: string;
  organizationName: string;
  name: string;
  kind: Database['kind'];
  /** The address of its dedicated database, without the password; null in a shared database. */
  databaseUrl: string | null;
  hasDedicatedDatabase: boolean;
}

const needed = 'organization:manage';

/** The database of the viewer's organization. Throws FORBIDDEN. */
export async function readOwnDatabase({ catalog, databases: known }: Identity, viewer: Viewer): Promise<OwnDatabase> {
  requirePermission(viewer, needed);
  const [found] = await catalog.read((db) =>
    db
      .select({ name: organizations.name, database: databases })
      .from(organizations)
      .innerJoin(databases, eq(databases.id, organizations.databaseId))
      .where(eq(organizations.id, viewer.organizationId)),
  );
  if (!found) throw tenantNotFound();
  const { name, kind } = found.database;
  const isOwn = kind === 'DEDICATED';
  return {
    organizationId: viewer.organizationId,
    organizationName: found.name,
    name,
    kind,
    databaseUrl: isOwn ? redactUrl(known.open(found.database).installation.adminUrl) : null,
    hasDedicatedDatabase: isOwn,
  };
}

/**
 * Moves the viewer's organization to the database at an address, which is prepared first; null moves it back to the
 * primary database. Returns the resulting place. If the organization is in that database already, only the address is
 * updated. Throws FORBIDDEN, also for API keys and where ENABLE_MULTI_DATABASE is off, and the errors of
 * `registerDatabase` and `moveTenant`.
 */
export async function moveOwnDatabase(
  identity: Identity,
  viewer: Viewer,
  databaseUrl: string | null,
  origin: Origin,
): Promise<OwnDatabase> {
  const { databases: known, lifecycle } = identity;
  requirePerson(viewer);
  const by = byOf(viewer, origin);
  const before = await readOwnDatabase(identity, viewer);
  const { organizationId } = viewer;
  if (databaseUrl === null) {
    if (before.hasDedicatedDatabase) await lifecycle.moveToPrimary(organizationId, by);
  } else {
    if (!known.network.byOrganizations) {
      throw new AppError('FORBIDDEN', 'Organizations cannot have databases of their own here (ENABLE_MULTI_DATABASE)');
    }
    await lifecycle.moveToDatabase(organizationId, databaseUrl, by);
  }
  return await readOwnDatabase(identity, viewer);
}

/** The progress of the latest move of the viewer's organization; null when it was never moved. Throws FORBIDDEN. */
export async function readOwnMove({ lifecycle }: Identity, viewer: Viewer): Promise<MoveSummary | null> {
  requirePermission(viewer, needed);
  return (await lifecycle.lastMove(viewer.organizationId)) ?? null;
}

/**
 * Ends the move of the viewer's organization, and returns the resulting place. Throws FORBIDDEN, and the errors of
 * `endMove`.
 */
export async function endOwnMove(
  identity: Identity,
  viewer: Viewer,
  how: MoveEnd,
  origin: Origin,
): Promise<OwnDatabase> {
  requirePerson(viewer);
  await identity.lifecycle.endMove(viewer.organizationId, how, byOf(viewer, origin));
  return await readOwnDatabase(identity, viewer);
}

/** Moving all data of an organization needs a person who is signed in. */
function requirePerson(viewer: Viewer): void {
  requirePermission(viewer, needed);
  if (viewer.apiKey) throw new AppError('FORBIDDEN', 'An API key cannot do this: sign in');
}

const byOf = (viewer: Viewer, origin: Origin) => ({ ...origin, actor: actorOf(viewer) });
