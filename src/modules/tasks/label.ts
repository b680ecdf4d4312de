import { builder } from '../../graphql/declare/builder.ts';
import { filterAlsoBy, filterOf } from '../../graphql/declare/filters.ts';
import { requirePermission } from '../../identity/viewer.ts';
import { defineResource } from '../events/resource.ts';
import { canWriteLabel, readableLabels } from './policy.ts';
import { Task } from './task.ts';

export const Label = defineResource('labels', {
  name: 'Label',
  description: 'A name and a color that mark tasks: those of one project, or of the whole organization.',
  read: readableLabels,
  write: { needs: 'task:write', allow: canWriteLabel, allowedTo: 'those of a project, or any with project:write' },
  fields: {
    project: {
      description: 'The project whose tasks it marks; null for all tasks of the organization.',
      listDescription: 'The labels of the project; those of the organization are not among them.',
    },
    name: {
      description: 'Name; unique in its project, or among the labels of the organization.',
      max: 50,
      personal: false,
    },
    color: { description: 'Color.', type: 'HexColorCode', personal: false },
    description: { description: 'When to use it.', personal: false },
  },
  order: { name: 'asc' },
  list: 'The labels of the organization and of its projects.',
  create: {
    write: 'task:write',
    writes: ['projectId', 'name', 'color', 'description'],
    before: ({ viewer, values }) => {
      if (!canWriteLabel(viewer, values)) requirePermission(viewer, 'project:write');
    },
  },
  update: { writes: ['name', 'color', 'description'] },
  upsert: 500,
  delete: { description: 'Deletes a label, and removes it from its tasks.' },
  trash: { name: 'name', description: 'Brings a deleted label back from the trash, also to its tasks' },
});

builder.drizzleObjectFields(Task, (t) => ({
  labels: t.relatedConnection(
    'labels',
    { args: Label.page.args, totalCount: true, query: Label.page.query, description: 'Its labels.' },
    ...Label.connection,
  ),
}));

builder.drizzleObjectFields(Label, (t) => ({
  tasks: t.relatedConnection(
    'tasks',
    { args: Task.page.args, totalCount: true, query: Task.page.query, description: 'The tasks that it marks.' },
    ...Task.connection,
  ),
}));

filterAlsoBy('tasks', 'labels', { filter: () => filterOf('labels'), description: 'That have a matching label.' });
filterAlsoBy('labels', 'tasks', { filter: () => filterOf('tasks'), description: 'That mark a matching task.' });
