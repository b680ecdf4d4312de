import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed, deletedId } from '../../graphql/declare/payload.ts';
import { createTaskComment } from './create-task-comment.ts';
import { deleteTaskComment } from './delete-task-comment.ts';
import { Task } from './task.ts';
import { TaskComment } from './task-comment.ts';
import { updateTaskComment } from './update-task-comment.ts';

defineMutation('createTaskComment', {
  description: 'Writes a comment under a task. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    taskId: t.globalID({ for: Task, required: true, description: 'Which task.' }),
    content: t.string({ required: true, description: 'What to say, 1 to 20,000 characters.' }),
  }),
  run: (ctx, input) => createTaskComment(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    taskComment: changed(t, TaskComment, 'taskComments', ({ id }) => id),
    task: changed(t, Task, 'tasks', ({ taskId }) => taskId),
  }),
});

defineMutation('updateTaskComment', {
  description: 'Changes what a comment says: one’s own, or anybody’s with channel:moderate. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    id: t.globalID({ for: TaskComment, required: true, description: 'Which comment.' }),
    content: t.string({ required: true, description: 'What to say, 1 to 20,000 characters.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateTaskComment(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ taskComment: changed(t, TaskComment, 'taskComments', ({ id }) => id) }),
});

defineMutation('deleteTaskComment', {
  description: 'Deletes a comment: one’s own, or anybody’s with channel:moderate. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    id: t.globalID({ for: TaskComment, required: true, description: 'Which comment.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteTaskComment(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    deletedId: deletedId(t, 'TaskComment'),
    task: changed(t, Task, 'tasks', ({ taskId }) => taskId),
  }),
});
