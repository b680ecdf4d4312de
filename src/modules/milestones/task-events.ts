import { and, eq, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { type EventHandler, onEvent } from '../events/handlers.ts';
import { recordEvents } from '../events/record-event.ts';
import { branchOf } from '../tasks/subtasks.ts';
import { lockMilestones, recomputeProgress } from './recompute-progress.ts';
import { linkColumns } from './rewinding.ts';
import { milestones, milestoneTasks } from './tables.ts';

async function milestonesOf(tx: TenantTx, taskId: string): Promise<string[]> {
  const rows = await tx
    .select({ milestoneId: milestoneTasks.milestoneId })
    .from(milestoneTasks)
    .where(eq(milestoneTasks.taskId, taskId));
  return rows.map(({ milestoneId }) => milestoneId);
}

/** Locks milestones, and removes a task from them. */
async function removeFromMilestones(
  tx: TenantTx,
  viewer: Viewer | null,
  taskId: string,
  ids: readonly string[],
): Promise<void> {
  if (!ids.length) return;
  await lockMilestones(tx, ids);
  const removed = await tx
    .delete(milestoneTasks)
    .where(and(eq(milestoneTasks.taskId, taskId), inArray(milestoneTasks.milestoneId, [...ids])))
    .returning({ milestoneId: milestoneTasks.milestoneId, ...linkColumns });
  const events = removed.map(({ milestoneId, ...was }) => ({
    action: 'milestone.taskRemoved',
    resourceType: 'Milestone',
    resourceId: milestoneId,
    metadata: { taskId, was },
  }));
  await recordEvents(tx, viewer, events);
}

/** Removes a task that moved to another project from the milestones of its former project. */
async function removeFromFormerProject(
  tx: TenantTx,
  viewer: Viewer | null,
  taskId: string,
  projectId: string,
): Promise<string[]> {
  const others = await tx
    .select({ milestoneId: milestoneTasks.milestoneId })
    .from(milestoneTasks)
    .innerJoin(milestones, eq(milestones.id, milestoneTasks.milestoneId))
    .where(and(eq(milestoneTasks.taskId, taskId), ne(milestones.projectId, projectId)));
  const ids = others.map(({ milestoneId }) => milestoneId);
  await removeFromMilestones(tx, viewer, taskId, ids);
  return ids;
}

const afterChange: EventHandler = async (tx, viewer, { resourceId, before = {}, after = {} }) => {
  const isDoneChanged = (before.status === 'DONE') !== (after.status === 'DONE');
  const former =
    typeof after.projectId === 'string' ? await removeFromFormerProject(tx, viewer, resourceId, after.projectId) : [];
  const present = isDoneChanged ? await milestonesOf(tx, resourceId) : [];
  await recomputeProgress(tx, viewer, [...former, ...present]);
};

/** The milestones that contain a task or one of its subtasks, with its weight there. */
const placesOfBranch = (tx: TenantTx, taskId: string) =>
  tx
    .select({ id: milestoneTasks.milestoneId, taskId: milestoneTasks.taskId, weight: milestoneTasks.weight })
    .from(milestoneTasks)
    .where(sql`${milestoneTasks.taskId} in ${branchOf(taskId)}`);

/** Runs before the task and its subtasks are deleted, when their places in milestones can still be read. */
const afterDeletion: EventHandler = async (tx, viewer, { resourceId }) => {
  const places = await placesOfBranch(tx, resourceId);
  const ids = [...new Set(places.map(({ id }) => id))];
  if (ids.length === 0) return;
  await lockMilestones(tx, ids);
  for (const [taskId, of] of Map.groupBy(places, (place) => place.taskId)) {
    await removeFromMilestones(
      tx,
      viewer,
      taskId,
      of.map(({ id }) => id),
    );
  }
  await recomputeProgress(tx, viewer, ids);
};

/**
 * The tasks of a deleted project are deleted too, and come back with it; only the organization's own milestones can
 * contain some of them.
 */
const recomputeOwn: EventHandler = async (tx, viewer) => {
  const own = await tx.select({ id: milestones.id }).from(milestones).where(isNull(milestones.projectId));
  await recomputeProgress(
    tx,
    viewer,
    own.map(({ id }) => id),
  );
};

/** The restore has put the task and its subtasks back into their milestones: records an event for each. */
const afterRestoring: EventHandler = async (tx, viewer, { resourceId }) => {
  const places = await placesOfBranch(tx, resourceId);
  const events = places.map(({ id, taskId, weight }) => ({
    action: 'milestone.taskSet',
    resourceType: 'Milestone',
    resourceId: id,
    metadata: { taskId, weight },
  }));
  await recordEvents(tx, viewer, events);
  await recomputeProgress(tx, viewer, [...new Set(places.map(({ id }) => id))]);
};

onEvent('task.moved', afterChange);
onEvent('task.updated', afterChange);
onEvent('task.deleted', afterDeletion);
onEvent('task.restored', afterRestoring);
onEvent('project.deleted', recomputeOwn);
onEvent('project.restored', recomputeOwn);
onEvent('milestone.updated', async (tx, viewer, { resourceId, after }) => {
  if (after?.progressMode === 'AUTO') await recomputeProgress(tx, viewer, [resourceId]);
});
