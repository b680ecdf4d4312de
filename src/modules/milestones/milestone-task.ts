import { recordWith } from '../events/changes/recorded-with.ts';
import { defineResource } from '../events/resource.ts';
import { readableMilestoneTasks } from './policy.ts';

recordWith('MilestoneTask', 'Milestone');

defineResource('milestoneTasks', {
  name: 'MilestoneTask',
  noun: 'part',
  description: 'A task of a milestone.',
  parent: 'milestone',
  read: readableMilestoneTasks,
  fields: {
    milestone: {
      description: 'The milestone.',
      listDescription: 'Its tasks with their weights.',
    },
    task: { description: 'The task.', alwaysVisible: true },
    weight: 'The task’s weight in the progress of the milestone.',
    createdAt: 'When the task was added.',
  },
  list: false,
});
