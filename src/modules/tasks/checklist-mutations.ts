import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed, deletedId } from '../../graphql/declare/payload.ts';
import { ChecklistItem } from './checklist-item.ts';
import { createChecklistItem } from './create-checklist-item.ts';
import { deleteChecklistItem } from './delete-checklist-item.ts';
import { moveChecklistItem } from './move-checklist-item.ts';
import { Task } from './task.ts';
import { updateChecklistItem } from './update-checklist-item.ts';

defineMutation('createChecklistItem', {
  description: 'Adds a step to the checklist of a task. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    taskId: t.globalID({ for: Task, required: true, description: 'Which task.' }),
    name: t.string({ required: true, description: 'What to do, 1 to 200 characters.' }),
    afterId: t.globalID({ for: ChecklistItem, description: 'Right after this item; at the end unless given.' }),
  }),
  run: (ctx, input) => createChecklistItem(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    checklistItem: changed(t, ChecklistItem, 'checklistItems', ({ id }) => id),
    task: changed(t, Task, 'tasks', ({ taskId }) => taskId),
  }),
});

defineMutation('updateChecklistItem', {
  description: 'Renames a step, ticks it off or opens it again. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    id: t.globalID({ for: ChecklistItem, required: true, description: 'Which item.' }),
    name: t.string({ description: 'What to do, 1 to 200 characters.' }),
    isDone: t.boolean({ description: 'Whether it is ticked off.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateChecklistItem(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    checklistItem: changed(t, ChecklistItem, 'checklistItems', ({ id }) => id),
    task: changed(t, Task, 'tasks', ({ taskId }) => taskId),
  }),
});

defineMutation('moveChecklistItem', {
  description: 'Puts a step right before or right after another one, or at the end. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    id: t.globalID({ for: ChecklistItem, required: true, description: 'Which item.' }),
    beforeId: t.globalID({ for: ChecklistItem, description: 'Right before this one. Not together with `afterId`.' }),
    afterId: t.globalID({ for: ChecklistItem, description: 'Right after this one.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => moveChecklistItem(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    checklistItem: changed(t, ChecklistItem, 'checklistItems', ({ id }) => id),
    task: changed(t, Task, 'tasks', ({ taskId }) => taskId),
  }),
});

defineMutation('deleteChecklistItem', {
  description: 'Takes a step off the checklist. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    id: t.globalID({ for: ChecklistItem, required: true, description: 'Which item.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteChecklistItem(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    deletedId: deletedId(t, 'ChecklistItem'),
    task: changed(t, Task, 'tasks', ({ taskId }) => taskId),
  }),
});
