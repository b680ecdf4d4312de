import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { addTaskDependency } from './add-task-dependency.ts';
import { removeTaskDependency } from './remove-task-dependency.ts';
import { Task } from './task.ts';

defineMutation('addTaskDependency', {
  description: 'Makes a task depend on another one. Fails with CYCLE if that one depends on it. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    taskId: t.globalID({ for: Task, required: true, description: 'The dependent task.' }),
    dependsOnId: t.globalID({ for: Task, required: true, description: 'The task that it depends on.' }),
  }),
  run: (ctx, input) => addTaskDependency(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    task: changed(t, Task, 'tasks'),
    dependsOn: changed(t, Task, 'tasks', ({ dependsOnId }) => dependsOnId),
  }),
});

defineMutation('removeTaskDependency', {
  description: 'Removes a dependency between tasks. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    taskId: t.globalID({ for: Task, required: true, description: 'The dependent task.' }),
    dependsOnId: t.globalID({ for: Task, required: true, description: 'The task that it depends on.' }),
  }),
  run: (ctx, input) => removeTaskDependency(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    task: changed(t, Task, 'tasks'),
    dependsOn: changed(t, Task, 'tasks', ({ dependsOnId }) => dependsOnId),
  }),
});
