import { and, eq, inArray, isNull, ne } from 'drizzle-orm';
import type { TenantTx } from '../../tenancy/binding.ts';
import { type EventHandler, onEvent } from '../events/handlers.ts';
import { recomputeProgress } from './recompute-progress.ts';
import { milestones, milestoneTasks } from './tables.ts';

async function milestonesOf(tx: TenantTx, taskId: string): Promise<string[]> {
  const rows = await tx
    .select({ milestoneId: milestoneTasks.milestoneId })
    .from(milestoneTasks)
    .where(eq(milestoneTasks.taskId, taskId));
  return rows.map(({ milestoneId }) => milestoneId);
}

/** A task that goes to another project leaves the milestones of the one that it was in. */
async function leaveOtherProjects(tx: TenantTx, taskId: string, projectId: string): Promise<string[]> {
  const others = tx.select({ id: milestones.id }).from(milestones).where(ne(milestones.projectId, projectId));
  const left = await tx
    .delete(milestoneTasks)
    .where(and(eq(milestoneTasks.taskId, taskId), inArray(milestoneTasks.milestoneId, others)))
    .returning({ milestoneId: milestoneTasks.milestoneId });
  return left.map(({ milestoneId }) => milestoneId);
}

const afterChange: EventHandler = async (tx, viewer, { resourceId, before = {}, after = {} }) => {
  const turned = (before.status === 'DONE') !== (after.status === 'DONE');
  const left = typeof after.projectId === 'string' ? await leaveOtherProjects(tx, resourceId, after.projectId) : [];
  const stayed = turned ? await milestonesOf(tx, resourceId) : [];
  await recomputeProgress(tx, viewer, [...left, ...stayed]);
};

/** The event of a deletion comes before the task is gone. */
const afterDeletion: EventHandler = async (tx, viewer, { resourceId }) => {
  const left = await tx
    .delete(milestoneTasks)
    .where(eq(milestoneTasks.taskId, resourceId))
    .returning({ milestoneId: milestoneTasks.milestoneId });
  await recomputeProgress(
    tx,
    viewer,
    left.map(({ milestoneId }) => milestoneId),
  );
};

/** The tasks of a deleted project are gone with it; only the company's own milestones can have had some of them. */
const afterProjectDeletion: EventHandler = async (tx, viewer) => {
  const own = await tx.select({ id: milestones.id }).from(milestones).where(isNull(milestones.projectId));
  await recomputeProgress(
    tx,
    viewer,
    own.map(({ id }) => id),
  );
};

onEvent('task.moved', afterChange);
onEvent('task.updated', afterChange);
onEvent('task.deleted', afterDeletion);
onEvent('project.deleted', afterProjectDeletion);
