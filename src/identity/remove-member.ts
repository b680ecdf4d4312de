import { badInput } from '../lib/errors.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { Membership } from './add-member.ts';
import { requireRoleChange } from './authority.ts';
import { endMembership } from './end-membership.ts';
import type { Identity, Origin } from './identity.ts';
import { retry } from './retry.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

/** The person who gets the unfinished tasks of a removed member; `profile` as in `requireAssignee`. */
interface Successor {
  tenant: Tenant;
  profile: string;
}

/**
 * Ends somebody's membership of the viewer's organization, and assigns the unfinished tasks to the successor. Returns
 * the account and the number of these tasks. Throws FORBIDDEN, NOT_FOUND, LAST_OWNER, and the errors of
 * `requireAssignee`.
 */
export async function removeMember(
  identity: Identity,
  viewer: Viewer,
  membershipId: string,
  origin: Origin,
  successor?: Successor,
): Promise<{ userId: string; reassigned: number }> {
  requirePermission(viewer, 'member:manage');
  const { organizationId } = viewer;
  const assignee = successor && (await identity.tasks.requireAssignee(successor.tenant, viewer, successor.profile));
  const allow = async (tx: CatalogTx, { role, userId }: Membership) => {
    await requireRoleChange(tx, viewer, role, undefined);
    if (assignee?.userId === userId) throw badInput('must be another person', 'input.reassignTo');
  };
  const ending = { organizationId, membershipId, actor: actorOf(viewer), allow };
  const { userId } = await endMembership(identity, ending, origin);
  if (!successor || !assignee) return { userId, reassigned: 0 };
  const change = { userId, profileId: assignee.profileId };
  return { userId, reassigned: await reassignTasks(identity, viewer, successor.tenant, change) };
}

/** Never throws, because the membership has ended already: after a failure, the tasks stay with the former member. */
async function reassignTasks(
  { tasks, logger }: Identity,
  viewer: Viewer,
  tenant: Tenant,
  change: { userId: string; profileId: string },
): Promise<number> {
  try {
    return await retry(() => tasks.reassign(tenant, viewer, change));
  } catch (error) {
    logger.warn({ err: error, organizationId: viewer.organizationId, ...change }, 'could not reassign tasks');
    return 0;
  }
}

/** Ends the viewer's own membership. Throws LAST_OWNER. */
export async function leaveOrganization(identity: Identity, viewer: Viewer, origin: Origin): Promise<void> {
  const { organizationId, membershipId } = viewer;
  await endMembership(identity, { organizationId, membershipId, actor: actorOf(viewer) }, origin);
}
