import { and, desc, eq, ne, sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { By } from '../../tenancy/audit.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { auditLogs, organizationStatuses, organizations } from '../../tenancy/tables.ts';
import type { Organization } from '../../tenancy/update-organization.ts';
import type { Fleet } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { openAccess } from './access.ts';
import { deletionRequested, hasAllData, lockProvisioned } from './delete-organization.ts';

/**
 * Undoes a deletion: the organization gets its former status again, which may be suspended or archived. Throws
 * INVALID_STATE if it is not being deleted, or if its data is already being dropped.
 */
export function undeleteOrganization(fleet: Fleet, id: string, by: By): Promise<Organization> {
  return holdingLife(fleet, id, async () => {
    const deleting = await fleet.catalog.write((tx) => requireUndoable(tx, id));
    await openAccess(fleet, deleting);
    return await fleet.catalog.write((tx) => restoreStatus(tx, id, by));
  });
}

async function requireUndoable(tx: CatalogTx, id: string): Promise<Organization> {
  const organization = await lockProvisioned(tx, id);
  if (organization.status !== 'DELETING') {
    throw new AppError('INVALID_STATE', `The organization is ${organization.status.toLowerCase()}`);
  }
  if (!(await hasAllData(tx, organization))) {
    throw new AppError('INVALID_STATE', 'The data of the organization is being dropped');
  }
  return organization;
}

async function restoreStatus(tx: CatalogTx, id: string, by: By): Promise<Organization> {
  const { version } = await requireUndoable(tx, id);
  const status = await statusBefore(tx, id);
  const [after] = await tx
    .update(organizations)
    .set({ status, deleteAfter: null, version: version + 1 })
    .where(eq(organizations.id, id))
    .returning();
  await recordAudit(tx, { ...by, action: 'organization.undeleted', organizationId: id, metadata: { to: status } });
  await notifyOrganizationChanged(tx, id);
  return after!;
}

/** The status before the deletion was first requested. Later requests with another grace period do not count. */
async function statusBefore(tx: CatalogTx, id: string): Promise<Organization['status']> {
  const from = sql<string>`${auditLogs.metadata} ->> 'from'`;
  const [request] = await tx
    .select({ from })
    .from(auditLogs)
    .where(and(eq(auditLogs.organizationId, id), eq(auditLogs.action, deletionRequested), ne(from, 'DELETING')))
    .orderBy(desc(auditLogs.id))
    .limit(1);
  return organizationStatuses.find((status) => status === request?.from) ?? 'ACTIVE';
}
