import { eq } from 'drizzle-orm';
import { registerDatabase } from '../fleet/databases/register-database.ts';
import { describeMove, type MoveSummary } from '../fleet/move/describe-move.ts';
import { cancelMove, confirmMove, rollBackMove } from '../fleet/move/end-move.ts';
import { moveTenant } from '../fleet/move/move-tenant.ts';
import { AppError } from '../lib/errors.ts';
import { redactUrl } from '../tenancy/databases/database-url.ts';
import type { Database } from '../tenancy/databases/databases.ts';
import { primaryDatabaseId } from '../tenancy/installation.ts';
import { databases, organizations } from '../tenancy/tables.ts';
import { tenantNotFound } from '../tenancy/tenant.ts';
import type { Identity, Origin } from './identity.ts';
import { requirePermission, type Viewer } from './viewer.ts';

/** Where an organization's data is, as its administrators may know it. */
export interface OwnDatabase {
  organizationId: string;
  organizationName: string;
  name: string;
  kind: Database['kind'];
  /** Of its own database, without the password; null in a shared one. */
  databaseUrl: string | null;
  hasDedicatedDatabase: boolean;
}

const needed = 'organization:manage';

/** Where the viewer's organization is. Throws FORBIDDEN. */
export async function readOwnDatabase({ fleet }: Identity, viewer: Viewer): Promise<OwnDatabase> {
  requirePermission(viewer, needed);
  const [found] = await fleet.catalog.read((db) =>
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
    databaseUrl: isOwn ? redactUrl(fleet.databases.open(found.database).installation.adminUrl) : null,
    hasDedicatedDatabase: isOwn,
  };
}

/**
 * Moves the viewer's organization to the database of an address, which is prepared first, or with null back to the shared one;
 * gives where it is then. An address that it has already changes nothing but how to connect. Throws FORBIDDEN, also for API
 * keys, and where the operator does not let organizations have databases of their own; what `registerDatabase` and
 * `moveTenant` throw.
 */
export async function moveOwnDatabase(
  identity: Identity,
  viewer: Viewer,
  databaseUrl: string | null,
  origin: Origin,
): Promise<OwnDatabase> {
  const { fleet } = identity;
  requirePerson(viewer);
  const by = byOf(viewer, origin);
  const before = await readOwnDatabase(identity, viewer);
  if (databaseUrl === null) {
    if (before.hasDedicatedDatabase) await moveTo(identity, viewer, primaryDatabaseId, origin);
  } else {
    if (!fleet.databases.network.byOrganizations) {
      throw new AppError('FORBIDDEN', 'Organizations cannot have databases of their own here (ENABLE_MULTI_DATABASE)');
    }
    const { id } = await registerDatabase(
      fleet,
      { kind: 'DEDICATED', url: databaseUrl },
      { by, for: viewer.organizationId },
    );
    await moveTo(identity, viewer, id, origin);
  }
  return await readOwnDatabase(identity, viewer);
}

async function moveTo({ fleet }: Identity, viewer: Viewer, databaseId: string, origin: Origin): Promise<void> {
  const { organizationId: id } = viewer;
  const at = await fleet.catalog.read((db) =>
    db.query.organizations.findFirst({ columns: { databaseId: true }, where: { id } }),
  );
  if (at?.databaseId === databaseId) return;
  await moveTenant(fleet, id, databaseId, { by: byOf(viewer, origin), settle: false });
}

/** How far the newest move of the viewer's organization is; null when it was never moved. Throws FORBIDDEN. */
export async function readOwnMove({ catalog }: Identity, viewer: Viewer): Promise<MoveSummary | null> {
  requirePermission(viewer, needed);
  return (await catalog.read((db) => describeMove(db, viewer.organizationId))) ?? null;
}

/** What can be done about a move: drop what it left, take it back, undo one that did not reach its end. */
export type MoveEnd = 'CONFIRM' | 'ROLL_BACK' | 'CANCEL';

/** Ends the move of the viewer's organization; gives where it is then. Throws FORBIDDEN, and what ending it throws. */
export async function endOwnMove(
  identity: Identity,
  viewer: Viewer,
  how: MoveEnd,
  origin: Origin,
): Promise<OwnDatabase> {
  requirePerson(viewer);
  const { organizationId } = viewer;
  const by = byOf(viewer, origin);
  const ends = {
    CONFIRM: () => confirmMove(identity.fleet, organizationId, by),
    ROLL_BACK: () => rollBackMove(identity.fleet, organizationId, { by, settle: false }),
    CANCEL: () => cancelMove(identity.fleet, organizationId, by),
  };
  await ends[how]();
  return await readOwnDatabase(identity, viewer);
}

/** Where all data goes is not for a program's key to say. */
function requirePerson(viewer: Viewer): void {
  requirePermission(viewer, needed);
  if (viewer.apiKey) throw new AppError('FORBIDDEN', 'An API key cannot do this: sign in');
}

const byOf = ({ userId }: Viewer, origin: Origin) => ({ ...origin, actor: { kind: 'USER', id: userId } }) as const;
