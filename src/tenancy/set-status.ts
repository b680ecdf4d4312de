import { eq } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import { type By, recordAudit } from './audit.ts';
import type { CatalogTx } from './catalog.ts';
import { notifyOrganizationChanged } from './invalidation.ts';
import { organizations } from './tables.ts';
import { lockOrganization, type Organization, shownOf } from './update-organization.ts';

export interface StatusChange {
  from: readonly Organization['status'][];
  to: Organization['status'];
  /** For the audit log. */
  action: string;
}

/**
 * Changes the status of an organization; repeating it changes nothing. Throws INVALID_STATE if the current status is
 * not in `from`, TENANT_NOT_FOUND while the organization is being provisioned or deleted.
 */
export async function setStatus(
  tx: CatalogTx,
  id: string,
  by: By,
  { from, to, action }: StatusChange,
): Promise<Organization> {
  const before = await lockOrganization(tx, id);
  if (before.status === to) return before;
  if (!from.includes(before.status)) {
    throw new AppError('INVALID_STATE', `The organization is ${before.status.toLowerCase()}`, {
      current: shownOf(before),
    });
  }
  const [after] = await tx
    .update(organizations)
    .set({ status: to, version: before.version + 1 })
    .where(eq(organizations.id, id))
    .returning();
  await recordAudit(tx, { ...by, action, organizationId: id, metadata: { from: before.status } });
  await notifyOrganizationChanged(tx, id);
  return after!;
}
