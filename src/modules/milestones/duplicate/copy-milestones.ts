import type { Viewer } from '../../../identity/viewer.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import { recordEvents } from '../../events/record-event.ts';
import { milestoneAssignments, milestoneDependencies, milestones, milestoneTasks } from '../tables.ts';
import { type CopiedIds, type Copy, idsInOrder, newIds } from './copy-tasks.ts';
import { insertObjects, insertRows } from './insert-copies.ts';
import type { ProjectParts } from './project-parts.ts';

/** Copies the milestones with their tasks, dependencies and people. None of them is started. */
export async function copyMilestones(
  tx: TenantTx,
  viewer: Viewer,
  parts: ProjectParts,
  { projectId, shift, takesPart }: Copy,
  tasks: CopiedIds,
): Promise<void> {
  const ids = newIds(parts.milestones);
  const rows = parts.milestones.map(({ id, name, description, startDate, dueDate, priority, color, progressMode }) => ({
    ...{ id: ids.get(id)!, projectId, creatorId: viewer.profileId, name, description, priority, color, progressMode },
    ...{ startDate: shift(startDate), dueDate: shift(dueDate), status: 'NOT_STARTED' as const, progress: 0 },
  }));
  await insertObjects(tx, viewer, { table: milestones, typename: 'Milestone' }, rows);
  const placeIds = idsInOrder(parts.milestoneTasks.length);
  const weights = parts.milestoneTasks.flatMap(({ milestoneId: of, taskId: task, weight }, place) => {
    const [milestoneId, taskId] = [ids.get(of), tasks.get(task)];
    return milestoneId && taskId ? [{ id: placeIds[place]!, milestoneId, taskId, weight }] : [];
  });
  await insertRows(tx, milestoneTasks, weights);
  const dependencies = parts.milestoneDependencies.flatMap((link) => {
    const [milestoneId, dependsOnId] = [ids.get(link.milestoneId), ids.get(link.dependsOnId)];
    return milestoneId && dependsOnId ? [{ milestoneId, dependsOnId }] : [];
  });
  await insertRows(tx, milestoneDependencies, dependencies);
  const people = parts.milestoneAssignments.flatMap(({ milestoneId: of, profileId }) => {
    const milestoneId = ids.get(of);
    return milestoneId && takesPart(profileId) ? [{ milestoneId, profileId }] : [];
  });
  await insertRows(tx, milestoneAssignments, people);
  await recordEvents(tx, viewer, [
    ...weights.map(({ milestoneId, taskId, weight }) => happened('taskSet', milestoneId, { taskId, weight })),
    ...dependencies.map(({ milestoneId, dependsOnId }) => happened('dependencyAdded', milestoneId, { dependsOnId })),
    ...people.map(({ milestoneId, profileId }) => happened('assigneeAdded', milestoneId, { profileId })),
  ]);
}

const happened = (verb: string, resourceId: string, metadata: Record<string, unknown>) => ({
  ...{ action: `milestone.${verb}`, resourceType: 'Milestone', resourceId, metadata },
});
