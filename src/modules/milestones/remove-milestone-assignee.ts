import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import type { MilestoneAssigneeIds } from './add-milestone-assignee.ts';
import { requireMilestoneWriter } from './policy.ts';
import { milestoneAssignments, milestones } from './tables.ts';

const input = z.object({ milestoneId: uuidField, profileId: uuidField });

/** Ends a person's responsibility for a milestone. Throws NOT_FOUND if they are not responsible for it. */
export async function removeMilestoneAssignee(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<MilestoneAssigneeIds> {
  requireMilestoneWriter(viewer);
  const { milestoneId, profileId } = checkInput(input, raw);
  await lockVisible(tx, viewer, milestones, milestoneId, 'Milestone', 'input.milestoneId');
  const removed = await tx
    .delete(milestoneAssignments)
    .where(and(eq(milestoneAssignments.milestoneId, milestoneId), eq(milestoneAssignments.profileId, profileId)))
    .returning({ createdAt: milestoneAssignments.createdAt });
  if (!removed.length) throw notFound('Profile', 'input.profileId');
  await recordEvent(tx, viewer, {
    action: 'milestone.assigneeRemoved',
    resourceType: 'Milestone',
    resourceId: milestoneId,
    metadata: { profileId, was: removed[0] },
  });
  return { milestoneId, profileId };
}
