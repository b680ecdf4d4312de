import { and, eq, isNull } from 'drizzle-orm';
import { AppError, notFound } from '../lib/errors.ts';
import { type AuditActor, recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { notifyMembershipChanged } from '../tenancy/invalidation.ts';
import type { Membership } from './add-member.ts';
import { noteDeparture, settleDeparture } from './departures.ts';
import type { Identity, Origin } from './identity.ts';
import { apiKeys, userOrganizations } from './tables.ts';

/** The membership to end, who ends it, and a check of the locked membership, which may throw. */
export interface Ending {
  organizationId: string;
  membershipId: string;
  actor: AuditActor;
  allow?: (tx: CatalogTx, membership: Membership) => Promise<void>;
}

/**
 * Ends a membership and the person's API keys in the organization, first in the catalog, which decides about access,
 * then the profile. Throws NOT_FOUND, LAST_OWNER.
 */
export async function endMembership(identity: Identity, ending: Ending, origin: Origin): Promise<{ userId: string }> {
  const now = identity.clock();
  const departed = await identity.catalog.write(async (tx) => {
    const membership = await lockMembership(tx, ending.organizationId, ending.membershipId);
    await ending.allow?.(tx, membership.row);
    if (membership.isLastOwner) throw lastOwner();
    const { id, userId, organizationId } = membership.row;
    await tx.delete(userOrganizations).where(eq(userOrganizations.id, id));
    await tx
      .update(apiKeys)
      .set({ revokedAt: now })
      .where(and(eq(apiKeys.userId, userId), eq(apiKeys.organizationId, organizationId), isNull(apiKeys.revokedAt)));
    await noteDeparture(tx, { organizationId, userId }, now);
    await notifyMembershipChanged(tx, organizationId, userId);
    await recordAudit(tx, {
      ...origin,
      actor: ending.actor,
      action: 'member.left',
      organizationId,
      resource: { type: 'User', id: userId },
    });
    return { organizationId, userId };
  });
  await settleDeparture(identity, departed);
  return departed;
}

/**
 * Locks the membership, and says whether it is that of the last owner. All owners of the organization are locked first,
 * in the order of their ids: of two owners who leave at once, the second sees that the first has left.
 */
export async function lockMembership(
  tx: CatalogTx,
  organizationId: string,
  membershipId: string,
): Promise<{ row: Membership; isLastOwner: boolean }> {
  const inOrganization = eq(userOrganizations.organizationId, organizationId);
  const owners = await tx
    .select({ id: userOrganizations.id })
    .from(userOrganizations)
    .where(and(inOrganization, eq(userOrganizations.role, 'OWNER')))
    .orderBy(userOrganizations.id)
    .for('update');
  const [row] = await tx
    .select()
    .from(userOrganizations)
    .where(and(inOrganization, eq(userOrganizations.id, membershipId)))
    .for('update');
  if (!row) throw notFound('Member');
  return { row, isLastOwner: row.role === 'OWNER' && owners.every((owner) => owner.id === row.id) };
}

export const lastOwner = () =>
  new AppError('LAST_OWNER', 'An organization needs at least one owner: appoint another one first');
