import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { notifyMembershipChanged } from '../tenancy/invalidation.ts';
import type { Membership } from './add-member.ts';
import { requireRoleChange } from './authority.ts';
import { lastOwner, lockMembership } from './end-membership.ts';
import type { Identity, Origin } from './identity.ts';
import { role, uuid } from './inputs.ts';
import { retry } from './retry.ts';
import type { Role } from './roles.ts';
import { userOrganizations } from './tables.ts';
import { actorOf, type Viewer } from './viewer.ts';

export const changeMemberRoleInput = z.object({ membershipId: uuid, role });

/** Gives a member of the viewer's organization another role. Throws FORBIDDEN, NOT_FOUND, LAST_OWNER. */
export async function changeMemberRole(
  identity: Identity,
  viewer: Viewer,
  input: z.input<typeof changeMemberRoleInput>,
  origin: Origin,
): Promise<Membership> {
  const { membershipId, role } = checkInput(changeMemberRoleInput, input);
  const { organizationId } = viewer;
  const member = await identity.catalog.write(async (tx) => {
    const { row, isLastOwner } = await lockMembership(tx, organizationId, membershipId);
    await requireRoleChange(tx, viewer, row.role, role);
    if (isLastOwner && role !== 'OWNER') throw lastOwner();
    await tx.update(userOrganizations).set({ role }).where(eq(userOrganizations.id, row.id));
    await notifyMembershipChanged(tx, organizationId, row.userId);
    await recordAudit(tx, {
      ...origin,
      actor: actorOf(viewer),
      action: 'member.role-changed',
      organizationId,
      resource: { type: 'User', id: row.userId },
      metadata: { from: row.role, to: role },
    });
    return { ...row, role };
  });
  await noteOnProfile(identity, member, role);
  return member;
}

/** Never throws: access changed with the membership, so a failure is logged. Setting the role again retries this. */
async function noteOnProfile(identity: Identity, { organizationId, userId }: Membership, role: Role): Promise<void> {
  try {
    const tenant = await identity.findTenant(organizationId);
    if (tenant) await retry(() => identity.profiles.changeRole(tenant, { userId, role }));
  } catch (error) {
    identity.logger.warn({ err: error, organizationId, userId, role }, 'a new role was not noted on the profile');
  }
}
