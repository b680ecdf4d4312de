import { and, eq, isNull, not } from 'drizzle-orm';
import { later } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { By } from '../../tenancy/audit.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { CatalogDb, CatalogTx } from '../../tenancy/catalog.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { databases, organizations, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import { type MoveProgress, type MoveRow, noteMove, type Route } from './journal.ts';

export interface PlaceChange {
  move: MoveRow;
  run: string;
  route: Route;
  by: By;
  /** Names of both databases, for the audit log. */
  names: { from: string | undefined; to: string | undefined };
  progress: MoveProgress;
}

/** How long a rollback keeps the copy that it moves away from: longer than any server caches a place. */
const droppedAfterMs = 60_000;

/**
 * Switches an organization to its new place in one transaction of the catalog, together with the journal and the states
 * of its schemas: it is served wholly from the old place before, wholly from the new one after. Throws CANCELLED if
 * another attempt has taken the move over, INVALID_STATE if the organization is not where the move began.
 */
export async function changePlace(tx: CatalogTx, change: PlaceChange): Promise<MoveRow> {
  const { move, run, route, by, names, progress } = change;
  const { from, to } = route;
  const isRollback = move.phase === 'ROLLING_BACK';
  const noted = await noteMove(tx, move, run, {
    ...(isRollback ? {} : { phase: 'SWITCHED', switchedAt: new Date() }),
    lastError: null,
    progress: { ...progress, fenced: false, ...(isRollback && { returned: true }) },
  });
  await tx
    .update(tenantSchemas)
    .set(isRollback ? { state: 'DROPPING', dropAfter: later(new Date(), droppedAfterMs) } : { state: 'RETAINED' })
    .where(isSchema(from.databaseId, from.schemaName));
  // After a rollback, the copy that the move had left is stale. After a move, the copies of earlier moves are not
  // needed any more, because the data at the new place was compared
  const isOlder = isRollback
    ? isSchema(move.fromDatabaseId, move.fromSchemaName)
    : and(keptForMoves(move), not(isSchema(from.databaseId, from.schemaName)!));
  await tx
    .update(tenantSchemas)
    .set({ state: 'DROPPING' })
    .where(and(isOlder, eq(tenantSchemas.state, 'RETAINED')));
  await requireOne(
    tx
      .update(tenantSchemas)
      .set({ state: 'ACTIVE', dropAfter: null })
      .where(and(isSchema(to.databaseId, to.schemaName), eq(tenantSchemas.state, 'INCOMING')))
      .returning({ name: tenantSchemas.schemaName }),
  );
  await requireOne(
    tx
      .update(organizations)
      .set({ ...to, writesPausedUntil: null })
      .where(and(eq(organizations.id, move.organizationId), isAt(from)))
      .returning({ name: organizations.schemaName }),
  );
  await recordAudit(tx, {
    ...by,
    action: isRollback ? 'organization.move_rolled_back' : 'organization.moved',
    organizationId: move.organizationId,
    metadata: { ...names, schema: to.schemaName, pausedMs: progress.pausedMs },
  });
  await notifyOrganizationChanged(tx, move.organizationId);
  return noted;
}

/** The copies that an organization's moves left. Those of restores have a `dropAfter`. */
export const keptForMoves = ({ organizationId }: Pick<MoveRow, 'organizationId'>) =>
  and(
    eq(tenantSchemas.organizationId, organizationId),
    eq(tenantSchemas.state, 'RETAINED'),
    isNull(tenantSchemas.dropAfter),
  );

const isAt = ({ databaseId, schemaName }: Route['from']) =>
  and(eq(organizations.databaseId, databaseId), eq(organizations.schemaName, schemaName));

async function requireOne(update: PromiseLike<readonly unknown[]>): Promise<void> {
  if ((await update).length === 0) {
    throw new AppError('INVALID_STATE', 'The organization is no longer where this move began');
  }
}

export async function databaseNameOf(tx: CatalogDb, databaseId: string): Promise<string | undefined> {
  const [database] = await tx.select({ name: databases.name }).from(databases).where(eq(databases.id, databaseId));
  return database?.name;
}
