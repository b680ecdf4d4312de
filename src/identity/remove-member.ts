import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Membership } from './add-member.ts';
import { requireRoleChange } from './authority.ts';
import { endMembership } from './end-membership.ts';
import type { Identity, Origin } from './identity.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

/**
 * Ends somebody's membership of the viewer's organization, and returns the account. Throws FORBIDDEN, NOT_FOUND,
 * LAST_OWNER.
 */
export async function removeMember(
  identity: Identity,
  viewer: Viewer,
  membershipId: string,
  origin: Origin,
): Promise<{ userId: string }> {
  requirePermission(viewer, 'member:manage');
  const { organizationId } = viewer;
  const allow = (tx: CatalogTx, { role }: Membership) => requireRoleChange(tx, viewer, role, undefined);
  return endMembership(identity, { organizationId, membershipId, actor: actorOf(viewer), allow }, origin);
}

/** Ends the viewer's own membership. Throws LAST_OWNER. */
export async function leaveOrganization(identity: Identity, viewer: Viewer, origin: Origin): Promise<void> {
  const { organizationId, membershipId } = viewer;
  await endMembership(identity, { organizationId, membershipId, actor: actorOf(viewer) }, origin);
}
