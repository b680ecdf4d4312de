import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { tasks } from '../tasks/tables.ts';
import { requireMilestoneWriter } from './policy.ts';
import { recomputeProgress } from './recompute-progress.ts';
import { linkColumns } from './rewinding.ts';
import { milestones, milestoneTasks } from './tables.ts';

const input = z.object({
  milestoneId: uuidField,
  taskId: uuidField,
  weight: z.number().int().min(1).max(1000).nullish(),
});

export interface MilestoneTaskIds {
  milestoneId: string;
  taskId: string;
}

/**
 * Adds a task to a milestone, or changes its weight there (1 by default). Throws NOT_FOUND for either, INVALID_STATE
 * for a PERSONAL task and for a task of another project.
 */
export async function setMilestoneTask(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<MilestoneTaskIds> {
  requireMilestoneWriter(viewer);
  const { milestoneId, taskId, weight } = checkInput(input, raw);
  // A transaction that finishes the task locks it too, so either it finds the task in the milestone, or this one finds
  // it done
  const task = await lockVisible(tx, viewer, tasks, taskId, 'Task', 'input.taskId');
  const milestone = await lockVisible(tx, viewer, milestones, milestoneId, 'Milestone', 'input.milestoneId');
  if (task.type === 'PERSONAL') throw notAssignable('A PERSONAL task cannot belong to a milestone');
  if (milestone.projectId && milestone.projectId !== task.projectId)
    throw notAssignable('The task belongs to another project');
  const set = { weight: weight ?? 1 };
  const [former] = await tx
    .select(linkColumns)
    .from(milestoneTasks)
    .where(and(eq(milestoneTasks.milestoneId, milestoneId), eq(milestoneTasks.taskId, taskId)));
  if (former?.weight === set.weight) return { milestoneId, taskId };
  await tx
    .insert(milestoneTasks)
    .values({ id: uuidv7(), milestoneId, taskId, ...set })
    .onConflictDoUpdate({ target: [milestoneTasks.milestoneId, milestoneTasks.taskId], set });
  await recordEvent(tx, viewer, {
    action: 'milestone.taskSet',
    resourceType: 'Milestone',
    resourceId: milestoneId,
    metadata: { taskId, ...set, ...(former && { was: former }) },
  });
  await recomputeProgress(tx, viewer, [milestoneId]);
  return { milestoneId, taskId };
}

const notAssignable = (message: string): AppError => new AppError('INVALID_STATE', message, { field: 'input.taskId' });
