import { eq } from 'drizzle-orm';
import { type Clock, later, systemClock } from '../../lib/clock.ts';
import type { By } from '../../tenancy/audit.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { CatalogDb, CatalogTx } from '../../tenancy/catalog.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { organizations, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema, tenantNotFound } from '../../tenancy/tenant.ts';
import type { Organization } from '../../tenancy/update-organization.ts';
import type { Fleet } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { cancelUnfinished } from '../move/cancel-move.ts';
import { refuseWhileMoving } from '../move/journal.ts';
import { closeAccess } from './access.ts';

export interface DeleteOptions {
  by: By;
  /** How long it can be taken back; milliseconds. Without it 30 days, or what was said before. */
  graceMs?: number | undefined;
  clock?: Clock;
  /** A last copy of the data, made when nobody can change it any more. When it fails the deletion stands, and can be asked for again. */
  finalBackup?: ((organization: Organization) => Promise<unknown>) | undefined;
}

export const deletionRequested = 'organization.deletion_requested';
const day = 24 * 60 * 60_000;
export const defaultGraceMs = 30 * day;

/**
 * Begins to delete an organization: access ends at once, its data goes after the time of grace. Interrupted or repeated, it
 * stays as it was asked for first, but for another time of grace; once its data is being dropped it does nothing more. A
 * move that an attempt left unfinished is cancelled. Throws TENANT_NOT_FOUND while it is not whole, INVALID_STATE while
 * it is being moved, and until its move is confirmed.
 */
export function deleteOrganization(fleet: Fleet, id: string, options: DeleteOptions): Promise<Organization> {
  return holdingLife(fleet, id, async () => {
    await cancelUnfinished(fleet, id, options.by);
    const organization = await fleet.catalog.write((tx) => markDeleting(tx, id, options));
    if (!(await fleet.catalog.read((db) => isStillThere(db, organization)))) return organization;
    await closeAccess(fleet, organization);
    await options.finalBackup?.(organization);
    return organization;
  });
}

async function markDeleting(tx: CatalogTx, id: string, { by, graceMs, clock = systemClock }: DeleteOptions) {
  const before = await lockWhole(tx, id);
  if (before.status === 'DELETING' && graceMs === undefined) return before;
  await refuseWhileMoving(tx, id);
  const deleteAfter = later(clock(), graceMs ?? defaultGraceMs);
  const [after] = await tx
    .update(organizations)
    .set({ status: 'DELETING', deleteAfter, version: before.version + 1 })
    .where(eq(organizations.id, id))
    .returning();
  const { slug, name, status: from } = before;
  await recordAudit(tx, {
    ...by,
    action: deletionRequested,
    organizationId: id,
    metadata: { slug, name, from, deleteAfter: deleteAfter.toISOString() },
  });
  await notifyOrganizationChanged(tx, id);
  return after!;
}

/** Whether nothing of its data is dropped yet: then it can be taken back, and saved. */
export async function isStillThere(
  db: CatalogDb,
  { databaseId, schemaName }: Pick<Organization, 'databaseId' | 'schemaName'>,
): Promise<boolean> {
  const [schema] = await db
    .select({ state: tenantSchemas.state })
    .from(tenantSchemas)
    .where(isSchema(databaseId, schemaName));
  return schema?.state === 'ACTIVE';
}

/** Locks the row of an organization that is served, kept or on its way out. Throws TENANT_NOT_FOUND. */
export async function lockWhole(tx: CatalogTx, id: string): Promise<Organization> {
  const [organization] = await tx.select().from(organizations).where(eq(organizations.id, id)).for('update');
  if (!organization || organization.status === 'PROVISIONING') throw tenantNotFound();
  return organization;
}
