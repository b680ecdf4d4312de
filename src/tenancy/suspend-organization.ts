import { eq } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import { type AuditActor, recordAudit } from './audit.ts';
import type { CatalogTx } from './catalog.ts';
import { notifyOrganizationChanged } from './invalidation.ts';
import { organizations } from './tables.ts';
import { lockOrganization, type Organization } from './update-organization.ts';

/** Stops serving an organization: from the next request here, within 2 seconds elsewhere, it answers TENANT_INACTIVE. */
export const suspendOrganization = (tx: CatalogTx, id: string, actor: AuditActor): Promise<Organization> =>
  setStatus(tx, id, actor, { from: 'ACTIVE', to: 'SUSPENDED', action: 'organization.suspended' });

/** Serves a suspended organization again. */
export const resumeOrganization = (tx: CatalogTx, id: string, actor: AuditActor): Promise<Organization> =>
  setStatus(tx, id, actor, { from: 'SUSPENDED', to: 'ACTIVE', action: 'organization.resumed' });

interface Change {
  from: Organization['status'];
  to: Organization['status'];
  action: string;
}

/** Doing it twice changes nothing. Throws INVALID_STATE from any other status. */
async function setStatus(tx: CatalogTx, id: string, actor: AuditActor, change: Change): Promise<Organization> {
  const before = await lockOrganization(tx, id);
  if (before.status === change.to) return before;
  if (before.status !== change.from) {
    throw new AppError('INVALID_STATE', `The organization is ${before.status.toLowerCase()}`, { current: before });
  }
  const [after] = await tx
    .update(organizations)
    .set({ status: change.to, version: before.version + 1 })
    .where(eq(organizations.id, id))
    .returning();
  await recordAudit(tx, { actor, action: change.action, organizationId: id });
  await notifyOrganizationChanged(tx, id);
  return after!;
}
