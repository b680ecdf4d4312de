import { defineSubscription } from '../events/changes/define-subscription.ts';
import { Project } from '../projects/project.ts';
import { Task } from './task.ts';

defineSubscription('taskChanged', {
  type: Task,
  description: 'The tasks of a project, whenever one is created, changed, moved or deleted.',
  within: {
    projectId: { type: Project, required: true, description: 'The project; NOT_FOUND if you may not see it.' },
  },
});
