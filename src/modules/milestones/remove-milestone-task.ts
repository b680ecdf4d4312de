import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { requireMilestoneWriter } from './policy.ts';
import { recomputeProgress } from './recompute-progress.ts';
import { linkColumns } from './rewinding.ts';
import type { MilestoneTaskIds } from './set-milestone-task.ts';
import { milestones, milestoneTasks } from './tables.ts';

const input = z.object({ milestoneId: uuidField, taskId: uuidField });

/** Removes a task from a milestone. Throws NOT_FOUND if it is not in it. */
export async function removeMilestoneTask(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<MilestoneTaskIds> {
  requireMilestoneWriter(viewer);
  const { milestoneId, taskId } = checkInput(input, raw);
  await lockVisible(tx, viewer, milestones, milestoneId, 'Milestone', 'input.milestoneId');
  const removed = await tx
    .delete(milestoneTasks)
    .where(and(eq(milestoneTasks.milestoneId, milestoneId), eq(milestoneTasks.taskId, taskId)))
    .returning(linkColumns);
  if (!removed.length) throw notFound('Task', 'input.taskId');
  await recordEvent(tx, viewer, {
    action: 'milestone.taskRemoved',
    resourceType: 'Milestone',
    resourceId: milestoneId,
    metadata: { taskId, was: removed[0] },
  });
  await recomputeProgress(tx, viewer, [milestoneId]);
  return { milestoneId, taskId };
}
