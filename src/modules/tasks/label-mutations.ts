import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { Label } from './label.ts';
import { mostLabels, setTaskLabels } from './set-task-labels.ts';
import { Task } from './task.ts';

defineMutation('setTaskLabels', {
  description:
    `Sets the labels of a task, or adds and removes some of them; a task has at most ${mostLabels}. They are labels of ` +
    'its project or of the organization. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    taskId: t.globalID({ for: Task, required: true, description: 'The task.' }),
    labelIds: t.globalIDList({
      for: Label,
      description: 'All its labels, except those that you do not see; not together with the other two lists.',
    }),
    addLabelIds: t.globalIDList({ for: Label, description: 'Labels to add; those that it has already stay.' }),
    removeLabelIds: t.globalIDList({ for: Label, description: 'Labels to remove, if it has them.' }),
  }),
  run: (ctx, input) => setTaskLabels(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ task: changed(t, Task, 'tasks') }),
});
