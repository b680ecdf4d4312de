import { endMembership } from './end-membership.ts';
import type { Identity, Origin } from './identity.ts';
import { requireRoleChange } from './policy.ts';
import { requirePermission, type Viewer } from './viewer.ts';

/** Ends somebody's membership of the viewer's organization. Throws FORBIDDEN, NOT_FOUND, LAST_OWNER. */
export async function removeMember(
  identity: Identity,
  viewer: Viewer,
  membershipId: string,
  origin: Origin,
): Promise<void> {
  requirePermission(viewer, 'member:manage');
  const { organizationId, userId } = viewer;
  const allow = ({ role }: { role: Viewer['role'] }) => requireRoleChange(viewer, role, undefined);
  await endMembership(identity, { organizationId, membershipId, actor: { kind: 'USER', id: userId }, allow }, origin);
}

/** Ends the viewer's own membership. Throws LAST_OWNER. */
export async function leaveOrganization(identity: Identity, viewer: Viewer, origin: Origin): Promise<void> {
  const { organizationId, membershipId, userId } = viewer;
  await endMembership(identity, { organizationId, membershipId, actor: { kind: 'USER', id: userId } }, origin);
}
