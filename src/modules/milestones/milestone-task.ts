import { defineResource } from '../events/resource.ts';
import { readableMilestoneTasks } from './policy.ts';

defineResource('milestoneTasks', {
  name: 'MilestoneTask',
  noun: 'part',
  description: 'A task as a part of a milestone.',
  parent: 'milestone',
  read: readableMilestoneTasks,
  fields: {
    milestone: {
      description: 'Milestone.',
      listDescription: 'The tasks that it consists of, with how much each counts.',
    },
    task: { description: 'Task.', alwaysVisible: true },
    weight: 'How much the task counts for the progress of the milestone.',
    createdAt: 'When the task became a part of it.',
  },
  list: false,
});
