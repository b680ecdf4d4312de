import { and, eq, sql } from 'drizzle-orm';
import { isUniqueViolation } from '../db/pg-errors.ts';
import { changesOf } from '../lib/changes-of.ts';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { type By, recordAudit } from './audit.ts';
import type { CatalogTx } from './catalog.ts';
import { notifyOrganizationChanged } from './invalidation.ts';
import { type OrganizationChanges, organizationChanges } from './organization-input.ts';
import { slugTaken } from './slug.ts';
import { organizations } from './tables.ts';
import { tenantNotFound } from './tenant.ts';

export type Organization = typeof organizations.$inferSelect;

/** The fields of an organization that callers may see in an error: not where its data lives. */
export const shownOf = ({ id, name, slug, status, timeZone, locale, currency, version }: Organization) => ({
  ...{ id: `Organization:${id}`, name, slug, status, timeZone, locale, currency, version },
});

interface UpdateOptions extends By {
  expectedVersion?: number | undefined;
  /** Refuses another currency, because the organization has amounts in the present one. */
  keepCurrency?: boolean;
}

/**
 * Changes an organization's own fields; absent fields stay, null clears. A new slug moves no data: the schema keeps its
 * name. Throws BAD_INPUT, ALREADY_EXISTS for a taken slug, STALE_VERSION with the organization as it is now, and IN_USE
 * for another currency with `keepCurrency`.
 */
export async function updateOrganization(
  tx: CatalogTx,
  id: string,
  input: OrganizationChanges,
  { expectedVersion, keepCurrency = false, ...by }: UpdateOptions,
): Promise<Organization> {
  const given = checkInput(organizationChanges, input);
  const before = await lockOrganization(tx, id);
  if (expectedVersion !== undefined && before.version !== expectedVersion) {
    throw new AppError('STALE_VERSION', 'This organization has changed since you read it', {
      current: shownOf(before),
    });
  }
  const changes = changesOf(before, given).after as OrganizationChanges;
  if (!Object.keys(changes).length) return before;
  if (keepCurrency && changes.currency !== undefined)
    throw new AppError('IN_USE', `The organization has amounts in ${before.currency}`, { field: 'input.currency' });
  const [after] = await tx
    .update(organizations)
    .set({ ...changes, version: before.version + 1 })
    .where(eq(organizations.id, id))
    .returning()
    .catch((error: unknown) => {
      throw isUniqueViolation(error, 'organizations_slug_key') ? slugTaken(changes.slug ?? '') : error;
    });
  const renamed = after!.slug !== before.slug && { slug: { from: before.slug, to: after!.slug } };
  await recordAudit(tx, {
    ...by,
    action: 'organization.updated',
    organizationId: id,
    metadata: { fields: Object.keys(changes), ...renamed },
  });
  await notifyOrganizationChanged(tx, id);
  return after!;
}

/** Locks the row until the transaction ends. Throws TENANT_NOT_FOUND, also while it is being provisioned or deleted. */
export async function lockOrganization(tx: CatalogTx, id: string): Promise<Organization> {
  const [organization] = await tx
    .select()
    .from(organizations)
    .where(and(eq(organizations.id, id), sql`${organizations.status} not in ('PROVISIONING', 'DELETING')`))
    .for('update');
  if (!organization) throw tenantNotFound();
  return organization;
}
