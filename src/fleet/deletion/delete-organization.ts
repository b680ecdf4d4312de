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
  /** Grace period in milliseconds, in which the deletion can be undone. By default 30 days, or the one set before. */
  graceMs?: number | undefined;
  clock?: Clock;
  /**
   * Makes a final backup, once nothing can change the data. If it fails, the deletion stands and the call can be
   * repeated.
   */
  finalBackup?: ((organization: Organization) => Promise<unknown>) | undefined;
}

export const deletionRequested = 'organization.deletion_requested';
const day = 24 * 60 * 60_000;
export const defaultGraceMs = 30 * day;

/**
 * Begins to delete an organization: access ends at once, the data is dropped after the grace period. Repeating the call
 * keeps the first request, but may set another grace period; once the data is being dropped, the call does nothing.
 * Cancels an unfinished move of a failed attempt. Throws TENANT_NOT_FOUND while the organization is being provisioned,
 * INVALID_STATE during a move and until the move is confirmed.
 */
export function deleteOrganization(fleet: Fleet, id: string, options: DeleteOptions): Promise<Organization> {
  return holdingLife(fleet, id, async () => {
    await cancelUnfinished(fleet, id, options.by);
    const organization = await fleet.catalog.write((tx) => markDeleting(tx, id, options));
    if (!(await fleet.catalog.read((db) => hasAllData(db, organization)))) return organization;
    await closeAccess(fleet, organization);
    await options.finalBackup?.(organization);
    return organization;
  });
}

async function markDeleting(tx: CatalogTx, id: string, { by, graceMs, clock = systemClock }: DeleteOptions) {
  const before = await lockProvisioned(tx, id);
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

/** Whether none of its data has been dropped yet, so that the deletion can be undone. */
export async function hasAllData(
  db: CatalogDb,
  { databaseId, schemaName }: Pick<Organization, 'databaseId' | 'schemaName'>,
): Promise<boolean> {
  const [schema] = await db
    .select({ state: tenantSchemas.state })
    .from(tenantSchemas)
    .where(isSchema(databaseId, schemaName));
  return schema?.state === 'ACTIVE';
}

/** Locks the row of an organization that is not being provisioned. Throws TENANT_NOT_FOUND. */
export async function lockProvisioned(tx: CatalogTx, id: string): Promise<Organization> {
  const [organization] = await tx.select().from(organizations).where(eq(organizations.id, id)).for('update');
  if (!organization || organization.status === 'PROVISIONING') throw tenantNotFound();
  return organization;
}
