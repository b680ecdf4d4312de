import { idsOf } from '../../access/each-row.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { ErrorPolicyEnum, rowResults } from '../../graphql/declare/bulk.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changedList } from '../../graphql/declare/payload.ts';
import { createTasks, mostTasks } from './create-tasks.ts';
import { Task } from './task.ts';
import { createTaskFields, updateTaskFields } from './task-mutations.ts';
import { updateTasks } from './update-tasks.ts';

const NewTask = builder.inputType('NewTaskInput', {
  description: 'A task to add.',
  fields: (t) => createTaskFields(t as never),
});

const TaskChange = builder.inputType('TaskChangeInput', {
  description: 'A change of a task. Absent fields stay, null clears.',
  fields: (t) => updateTaskFields(t as never),
});

const defaultPolicy = 'REJECT_EVERYTHING' as const;
const policyDescription = 'What happens to the other rows if some fail.';

defineMutation('createTasks', {
  description: `Adds 1 to ${mostTasks} tasks, in order, each at the end of its column. Needs task:write.`,
  permission: 'task:write',
  input: (t) => ({
    tasks: t.field({ type: [NewTask], required: true, description: 'The tasks.' }),
    errorPolicy: t.field({
      type: ErrorPolicyEnum,
      required: true,
      defaultValue: defaultPolicy,
      description: policyDescription,
    }),
  }),
  run: async (ctx, input) => ({ outcomes: await createTasks(ctx.tx, ctx.viewer, input) }),
  payload: (t) => ({
    tasks: changedList(t, Task, 'tasks', ({ outcomes }) => idsOf(outcomes)),
    results: rowResults(t, 'Task', ({ outcomes }) => outcomes),
  }),
});

defineMutation('updateTasks', {
  description: `Changes 1 to ${mostTasks} tasks, in order. Needs task:write.`,
  permission: 'task:write',
  input: (t) => ({
    tasks: t.field({ type: [TaskChange], required: true, description: 'The changes.' }),
    errorPolicy: t.field({
      type: ErrorPolicyEnum,
      required: true,
      defaultValue: defaultPolicy,
      description: policyDescription,
    }),
  }),
  run: async (ctx, input) => ({ outcomes: await updateTasks(ctx.tx, ctx.viewer, input) }),
  payload: (t) => ({
    tasks: changedList(t, Task, 'tasks', ({ outcomes }) => idsOf(outcomes)),
    results: rowResults(t, 'Task', ({ outcomes }) => outcomes),
  }),
});
