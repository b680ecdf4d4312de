import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineFilter, type Filter } from '../../graphql/declare/filters.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { defineConnection, definePage } from '../../graphql/declare/pages.ts';
import { taskFilter } from '../tasks/task-filter.ts';
import { Milestone } from './milestone.ts';
import { readableMilestoneTasks } from './policy.ts';
import { milestoneTasks } from './tables.ts';

defineRowRule('milestoneTasks', readableMilestoneTasks);

const MilestoneTask = builder.drizzleNode('milestoneTasks', {
  name: 'MilestoneTask',
  description: 'A task as a part of a milestone.',
  id: { column: milestoneTasks.id },
  select: { columns: {} },
  fields: (t) => ({
    milestone: t.relation('milestone', { description: 'Milestone.' }),
    task: t.relation('task', { description: 'Task.' }),
    weight: t.exposeInt('weight', { description: 'How much the task counts for the progress of the milestone.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the task became a part of it.' }),
  }),
});

const MilestoneTaskConnection = defineConnection(MilestoneTask, 'MilestoneTask');

const partFilter: Filter<'milestoneTasks'> = defineFilter('MilestoneTaskFilter', 'milestoneTasks', {
  description: 'Which parts of a milestone.',
  fields: {
    taskId: { id: 'Task', column: 'taskId', description: 'By task.' },
    weight: { as: 'Int', column: 'weight', description: 'By weight.' },
  },
  relations: { task: { filter: () => taskFilter, description: 'By the task.' } },
});

const partOrder = defineOrder('MilestoneTask', 'milestoneTasks', {
  WEIGHT: { column: 'weight', description: 'Weight.' },
  CREATED_AT: { column: 'createdAt', description: 'When the task became a part of it.' },
});

const partPage = definePage(partFilter, partOrder);

builder.drizzleObjectFields(Milestone, (t) => ({
  parts: t.relatedConnection(
    'memberships',
    {
      args: partPage.args,
      totalCount: true,
      description: 'The tasks that it consists of, with how much each counts.',
      query: partPage.query,
    },
    ...MilestoneTaskConnection,
  ),
}));
