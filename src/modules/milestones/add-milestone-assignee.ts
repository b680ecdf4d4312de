import { z } from 'zod';
import { checkAtCommit } from '../../access/requirements.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { openRule } from '../projects/open-project.ts';
import { staffRule } from '../projects/staff.ts';
import { requireMilestoneWriter } from './policy.ts';
import { milestoneAssignments, milestones } from './tables.ts';

const input = z.object({ milestoneId: uuidField, profileId: uuidField });

export interface MilestoneAssigneeIds {
  milestoneId: string;
  profileId: string;
}

/**
 * Makes a person responsible for a milestone; repeating it changes nothing. Throws NOT_FOUND for either, INVALID_STATE
 * in a closed project.
 */
export async function addMilestoneAssignee(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<MilestoneAssigneeIds> {
  requireMilestoneWriter(viewer);
  const { milestoneId, profileId } = checkInput(input, raw);
  const { projectId } = await lockVisible(tx, viewer, milestones, milestoneId, 'Milestone', 'input.milestoneId');
  const person = { table: profiles, id: profileId, typename: 'Profile', field: 'input.profileId' };
  checkAtCommit(tx, viewer, {
    references: [person],
    rules: [...openRule(viewer, projectId, 'input.milestoneId'), ...staffRule(profileId, 'input.profileId')],
  });
  const added = await tx
    .insert(milestoneAssignments)
    .values({ milestoneId, profileId })
    .onConflictDoNothing()
    .returning({ profileId: milestoneAssignments.profileId });
  if (added.length) {
    await recordEvent(tx, viewer, {
      action: 'milestone.assigneeAdded',
      resourceType: 'Milestone',
      resourceId: milestoneId,
      metadata: { profileId },
    });
  }
  return { milestoneId, profileId };
}
