import { defineRewinding, linkRows } from '../events/rewind/rewinding.ts';
import { milestoneAssignments, milestoneDependencies, milestoneTasks } from './tables.ts';

/** The columns of a milestone's task that are not in its key: an event that replaces the row has them. */
export const linkColumns = {
  id: milestoneTasks.id,
  weight: milestoneTasks.weight,
  createdAt: milestoneTasks.createdAt,
};

defineRewinding(
  milestoneTasks,
  linkRows(milestoneTasks, {
    added: 'milestone.taskSet',
    removed: 'milestone.taskRemoved',
    key: { milestoneId: 'resourceId', taskId: 'taskId' },
  }),
);
defineRewinding(
  milestoneAssignments,
  linkRows(milestoneAssignments, {
    added: 'milestone.assigneeAdded',
    removed: 'milestone.assigneeRemoved',
    key: { milestoneId: 'resourceId', profileId: 'profileId' },
  }),
);
defineRewinding(
  milestoneDependencies,
  linkRows(milestoneDependencies, {
    added: 'milestone.dependencyAdded',
    removed: 'milestone.dependencyRemoved',
    key: { milestoneId: 'resourceId', dependsOnId: 'dependsOnId' },
  }),
);
