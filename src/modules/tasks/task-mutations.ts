import { defineMutation, expectedVersion, type InputBuilder } from '../../graphql/declare/mutation.ts';
import { changed, deletedId } from '../../graphql/declare/payload.ts';
import { changeWarnings } from '../../graphql/declare/warnings.ts';
import { Profile } from '../people/profile.ts';
import { Deliverable } from '../projects/deliverable.ts';
import { Project } from '../projects/project.ts';
import { createTask } from './create-task.ts';
import { deleteTask } from './delete-task.ts';
import { moveTask } from './move-task.ts';
import { mostLevels } from './subtasks.ts';
import { Task } from './task.ts';
import { TaskPriority } from './task-priority.ts';
import { TaskStatus } from './task-status.ts';
import { TaskType } from './task-type.ts';
import { updateTask } from './update-task.ts';

/** The fields common to creating and changing a task, except the name. */
export const commonInput = (t: InputBuilder) => ({
  type: t.field({ type: TaskType, description: 'Its type; PROJECT by default with a project, PERSONAL without one.' }),
  projectId: t.globalID({ for: Project, description: 'The project. Required unless the task is PERSONAL.' }),
  deliverableId: t.globalID({
    for: Deliverable,
    description: 'The deliverable of the project that it contributes to.',
  }),
  assigneeId: t.globalID({ for: Profile, description: 'The assignee; for a PERSONAL task its owner, you by default.' }),
  parentId: t.globalID({
    for: Task,
    description:
      'The task that it is a part of, on the same board: a new task gets its project and type from there by default. ' +
      `Tasks are nested at most ${mostLevels} levels deep.`,
  }),
  description: t.string({ description: 'What to do, at most 20,000 characters.' }),
  estimateDays: t.field({ type: 'Decimal', description: 'Effort in person-days, at most six digits after the point.' }),
  startDate: t.field({ type: 'LocalDate', description: 'First day.' }),
  dueDate: t.field({ type: 'LocalDate', description: 'Last day, not before the first.' }),
  status: t.field({
    type: TaskStatus,
    description: 'Column of the board; a change puts the task at the end of the new column.',
  }),
  priority: t.field({ type: TaskPriority, description: 'Its priority; MEDIUM by default.' }),
  color: t.field({ type: 'HexColorCode', description: 'Color of the card, such as #1f6feb.' }),
  tags: t.stringList({ description: 'Its tags: at most 50 items, each of at most 50 characters.' }),
  recurrence: t.string({
    description:
      'A rule of RFC 5545 for days, such as FREQ=WEEKLY;BYDAY=MO, counted from the due date, which it needs; at most 200 ' +
      'characters. When the task is finished, the next one is made.',
  }),
  externalReference: t.string({ description: 'Your own key of this task; unique.' }),
});

export const ignoreDependencies = (t: InputBuilder) =>
  t.boolean({ description: 'Finish it although tasks that it waits for are open; INVALID_STATE unless true.' });

export const createTaskFields = (t: InputBuilder) => ({
  ...commonInput(t),
  name: t.string({ required: true, description: 'Its name, 1 to 200 characters.' }),
});

export const updateTaskFields = (t: InputBuilder) => ({
  id: t.globalID({ for: Task, required: true, description: 'The task.' }),
  ...commonInput(t),
  name: t.string({ description: 'Its name, 1 to 200 characters.' }),
  ignoreDependencies: ignoreDependencies(t),
  expectedVersion: expectedVersion(t),
});

defineMutation('createTask', {
  description: 'Adds a task at the end of its column. Needs task:write.',
  permission: 'task:write',
  input: createTaskFields,
  run: (ctx, input) => createTask(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ task: changed(t, Task, 'tasks') }),
});

defineMutation('updateTask', {
  description:
    'Changes a task. Absent fields stay, null clears. Its subtasks follow it to another project. Needs task:write.',
  permission: 'task:write',
  input: updateTaskFields,
  run: (ctx, input) => updateTask(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ task: changed(t, Task, 'tasks'), warnings: changeWarnings(t) }),
});

defineMutation('moveTask', {
  description:
    'Moves a card into a column of its board, next to another card or to the end. The server computes the position, so ' +
    'many people can move cards at once. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    id: t.globalID({ for: Task, required: true, description: 'The card.' }),
    status: t.field({ type: TaskStatus, description: 'The column; its current one by default.' }),
    beforeId: t.globalID({ for: Task, description: 'Right before this card. Not together with `afterId`.' }),
    afterId: t.globalID({
      for: Task,
      description: 'Right after this card; at the end if that card has left the column meanwhile.',
    }),
    ignoreDependencies: ignoreDependencies(t),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => moveTask(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ task: changed(t, Task, 'tasks'), warnings: changeWarnings(t) }),
});

defineMutation('deleteTask', {
  description:
    'Deletes a task with its subtasks, comments and checklist. Needs task:delete, unless you created it. It goes to the trash: ' +
    'restoreTask brings it back.',
  permission: 'task:write',
  input: (t) => ({
    id: t.globalID({ for: Task, required: true, description: 'The task.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteTask(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ deletedId: deletedId(t, 'Task') }),
});
