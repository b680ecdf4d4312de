import { idsOf } from '../../access/each-row.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { ErrorPolicyEnum, rowResults } from '../../graphql/declare/bulk.ts';
import { type FilterInput, filterOf } from '../../graphql/declare/filters.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changedList } from '../../graphql/declare/payload.ts';
import { changeWarnings } from '../../graphql/declare/warnings.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { createTasks, mostTasks } from './create-tasks.ts';
import { Task } from './task.ts';
import { commonInput, createTaskFields, ignoreDependencies, updateTaskFields } from './task-mutations.ts';
import { updateTasks } from './update-tasks.ts';
import { type TasksWhere, updateTasksWhere } from './update-tasks-where.ts';

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

const ChangeOfMany = builder.inputType('TasksWhereChangeInput', {
  description: 'A change of many tasks. Absent fields stay, null clears.',
  fields: (t) => {
    const { type: _, externalReference: __, ...fields } = commonInput(t as never);
    return { ...fields, ignoreDependencies: ignoreDependencies(t as never) } as never;
  },
});

defineMutation('updateTasksWhere', {
  description:
    `Changes all tasks that match a filter, at most ${mostTasks}, each as updateTask does; if one cannot be changed, none ` +
    'is, and `task` of the error names it. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    where: t.field({
      type: filterOf('tasks').ref,
      required: true,
      description: 'Which tasks, among those that you see; it needs a condition.',
    }),
    change: t.field({ type: ChangeOfMany, required: true, description: 'What changes.' }),
    limit: t.int({
      required: true,
      defaultValue: mostTasks,
      description: `Most tasks to change, 1 to ${mostTasks}; INVALID_STATE with the \`count\` if more match.`,
    }),
    expectedCount: t.int({ description: 'How many tasks match, from a preview; INVALID_STATE if it is not so.' }),
    preview: t.boolean({ description: 'Only count the tasks that match.' }),
  }),
  run: (ctx, { where, ...input }) =>
    updateTasksWhere(ctx.tx, ctx.viewer, {
      ...(input as Omit<TasksWhere, 'where'>),
      where: conditionOf(where as FilterInput),
    }),
  payload: (t) => ({
    count: t.exposeInt('count', { description: 'How many tasks match.' }),
    tasks: changedList(t, Task, 'tasks', ({ ids }) => ids),
    warnings: changeWarnings(t),
  }),
});

function conditionOf(where: FilterInput): TasksWhere['where'] {
  try {
    return filterOf('tasks').where(where) as TasksWhere['where'];
  } catch (error) {
    throw error instanceof AppError ? badInput(error.message, 'input.where') : error;
  }
}
