import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { addTaskDependency } from './add-task-dependency.ts';
import { removeTaskDependency } from './remove-task-dependency.ts';
import { Task } from './task.ts';

defineMutation('addTaskDependency', {
  description: 'Makes a task wait for another one. Refused with CYCLE when that one waits for it. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    taskId: t.globalID({ for: Task, required: true, description: 'Which task waits.' }),
    dependsOnId: t.globalID({ for: Task, required: true, description: 'What it waits for.' }),
  }),
  run: (ctx, input) => addTaskDependency(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    task: changed(t, Task, 'tasks'),
    dependsOn: changed(t, Task, 'tasks', ({ dependsOnId }) => dependsOnId),
  }),
});

defineMutation('removeTaskDependency', {
  description: 'Ends the wait of a task for another one. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    taskId: t.globalID({ for: Task, required: true, description: 'Which task waits.' }),
    dependsOnId: t.globalID({ for: Task, required: true, description: 'What it waits for.' }),
  }),
  run: (ctx, input) => removeTaskDependency(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    task: changed(t, Task, 'tasks'),
    dependsOn: changed(t, Task, 'tasks', ({ dependsOnId }) => dependsOnId),
  }),
});
