import { defineRelationsPart } from 'drizzle-orm';
import * as people from '../people/tables.ts';
import * as projects from '../projects/tables.ts';
import * as tables from './tables.ts';

export const tasksRelations = defineRelationsPart({ ...people, ...projects, ...tables }, (r) => ({
  tasks: {
    project: r.one.projects({ from: r.tasks.projectId, to: r.projects.id }),
    deliverable: r.one.deliverables({ from: r.tasks.deliverableId, to: r.deliverables.id }),
    assignee: r.one.profiles({ from: r.tasks.assigneeId, to: r.profiles.id, alias: 'assignment' }),
    parent: r.one.tasks({ from: r.tasks.parentId, to: r.tasks.id, alias: 'part' }),
    subtasks: r.many.tasks({ from: r.tasks.id, to: r.tasks.parentId, alias: 'part' }),
    creator: r.one.profiles({ from: r.tasks.creatorId, to: r.profiles.id, alias: 'creation' }),
    comments: r.many.taskComments({ from: r.tasks.id, to: r.taskComments.taskId }),
    checklist: r.many.checklistItems({ from: r.tasks.id, to: r.checklistItems.taskId }),
    members: r.many.taskMembers({ from: r.tasks.id, to: r.taskMembers.taskId }),
    labels: r.many.labels({
      from: r.tasks.id.through(r.taskLabels.taskId),
      to: r.labels.id.through(r.taskLabels.labelId),
    }),
    dependsOn: r.many.tasks({
      from: r.tasks.id.through(r.taskDependencies.taskId),
      to: r.tasks.id.through(r.taskDependencies.dependsOnId),
      alias: 'dependency',
    }),
    blocks: r.many.tasks({
      from: r.tasks.id.through(r.taskDependencies.dependsOnId),
      to: r.tasks.id.through(r.taskDependencies.taskId),
      alias: 'dependent',
    }),
  },
  labels: {
    project: r.one.projects({ from: r.labels.projectId, to: r.projects.id }),
    tasks: r.many.tasks({
      from: r.labels.id.through(r.taskLabels.labelId),
      to: r.tasks.id.through(r.taskLabels.taskId),
    }),
  },
  taskMembers: {
    task: r.one.tasks({ from: r.taskMembers.taskId, to: r.tasks.id, optional: false }),
    profile: r.one.profiles({ from: r.taskMembers.profileId, to: r.profiles.id, optional: false }),
  },
  taskComments: {
    task: r.one.tasks({ from: r.taskComments.taskId, to: r.tasks.id, optional: false }),
    author: r.one.profiles({ from: r.taskComments.authorId, to: r.profiles.id }),
  },
  checklistItems: {
    task: r.one.tasks({ from: r.checklistItems.taskId, to: r.tasks.id, optional: false }),
  },
  projects: {
    tasks: r.many.tasks({ from: r.projects.id, to: r.tasks.projectId }),
    labels: r.many.labels({ from: r.projects.id, to: r.labels.projectId }),
  },
  deliverables: {
    tasks: r.many.tasks({ from: r.deliverables.id, to: r.tasks.deliverableId }),
  },
  profiles: {
    tasks: r.many.tasks({ from: r.profiles.id, to: r.tasks.assigneeId, alias: 'assignment' }),
    taskMemberships: r.many.taskMembers({ from: r.profiles.id, to: r.taskMembers.profileId }),
    createdTasks: r.many.tasks({ from: r.profiles.id, to: r.tasks.creatorId, alias: 'creation' }),
  },
}));
