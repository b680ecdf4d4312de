import { defineRelationsPart } from 'drizzle-orm';
import * as people from '../people/tables.ts';
import * as projects from '../projects/tables.ts';
import * as tasks from '../tasks/tables.ts';
import * as tables from './tables.ts';

export const milestonesRelations = defineRelationsPart({ ...people, ...projects, ...tasks, ...tables }, (r) => ({
  milestones: {
    project: r.one.projects({ from: r.milestones.projectId, to: r.projects.id }),
    creator: r.one.profiles({ from: r.milestones.creatorId, to: r.profiles.id }),
    parts: r.many.milestoneTasks({ from: r.milestones.id, to: r.milestoneTasks.milestoneId }),
    tasks: r.many.tasks({
      from: r.milestones.id.through(r.milestoneTasks.milestoneId),
      to: r.tasks.id.through(r.milestoneTasks.taskId),
      alias: 'milestone membership',
    }),
    assignees: r.many.profiles({
      from: r.milestones.id.through(r.milestoneAssignments.milestoneId),
      to: r.profiles.id.through(r.milestoneAssignments.profileId),
      alias: 'milestone assignment',
    }),
    dependsOn: r.many.milestones({
      from: r.milestones.id.through(r.milestoneDependencies.milestoneId),
      to: r.milestones.id.through(r.milestoneDependencies.dependsOnId),
      alias: 'dependency',
    }),
    blocks: r.many.milestones({
      from: r.milestones.id.through(r.milestoneDependencies.dependsOnId),
      to: r.milestones.id.through(r.milestoneDependencies.milestoneId),
      alias: 'dependent',
    }),
  },
  milestoneTasks: {
    milestone: r.one.milestones({ from: r.milestoneTasks.milestoneId, to: r.milestones.id, optional: false }),
    task: r.one.tasks({ from: r.milestoneTasks.taskId, to: r.tasks.id, optional: false }),
  },
  tasks: {
    milestones: r.many.milestones({
      from: r.tasks.id.through(r.milestoneTasks.taskId),
      to: r.milestones.id.through(r.milestoneTasks.milestoneId),
      alias: 'milestone membership',
    }),
  },
  projects: {
    milestones: r.many.milestones({ from: r.projects.id, to: r.milestones.projectId }),
  },
  profiles: {
    milestones: r.many.milestones({
      from: r.profiles.id.through(r.milestoneAssignments.profileId),
      to: r.milestones.id.through(r.milestoneAssignments.milestoneId),
      alias: 'milestone assignment',
    }),
  },
}));
