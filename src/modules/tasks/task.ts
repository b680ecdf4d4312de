import { sql } from 'drizzle-orm';
import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { defineConnection, definePage, listOf } from '../../graphql/declare/pages.ts';
import { Profile } from '../people/profile.ts';
import { Deliverable } from '../projects/deliverable.ts';
import { Project } from '../projects/project.ts';
import { readableTasks } from './policy.ts';
import { taskPriorities, taskStatuses, tasks } from './tables.ts';
import { taskFilter } from './task-filter.ts';
import { TaskPriority } from './task-priority.ts';
import { TaskStatus } from './task-status.ts';
import { TaskType } from './task-type.ts';

defineRowRule('tasks', readableTasks);

export const Task = builder.drizzleNode('tasks', {
  name: 'Task',
  description: 'Something to do: a card on the board of its project, or of its assignee when it is PERSONAL.',
  id: { column: tasks.id },
  select: { columns: {} },
  fields: (t) => ({
    type: t.expose('type', { type: TaskType, description: 'Whom it is for.' }),
    project: t.relation('project', { nullable: true, description: 'Project; null for PERSONAL tasks.' }),
    deliverable: t.relation('deliverable', { nullable: true, description: 'Deliverable that it is a part of.' }),
    assignee: t.relation('assignee', { nullable: true, description: 'Who does it; null while nobody is named.' }),
    creator: t.relation('creator', { nullable: true, description: 'Who made it; null when it was imported.' }),
    name: t.exposeString('name', { description: 'What to do, in a line.' }),
    description: t.exposeString('description', { nullable: true, description: 'What to do, at length.' }),
    estimateDays: t.expose('estimateDays', {
      type: 'Decimal',
      nullable: true,
      description: 'Estimated effort in person-days.',
    }),
    startDate: t.expose('startDate', { type: 'LocalDate', nullable: true, description: 'First day.' }),
    dueDate: t.expose('dueDate', { type: 'LocalDate', nullable: true, description: 'Last day.' }),
    status: t.expose('status', { type: TaskStatus, description: 'How far it is: its column of the board.' }),
    priority: t.expose('priority', { type: TaskPriority, description: 'How much it matters.' }),
    position: t.exposeString('rank', {
      description: 'Where it stands in its column: compare byte by byte, then by id. Otherwise opaque.',
    }),
    color: t.expose('color', { type: 'HexColorCode', nullable: true, description: 'Color of the card.' }),
    tags: t.exposeStringList('tags', { description: 'Words to find it by.' }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was done; null while it is not.',
    }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this task in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

export const TaskConnection = defineConnection(Task, 'Task');

const taskOrder = defineOrder('Task', 'tasks', {
  STATUS: { column: 'status', description: 'Status, from TODO to DONE.', values: taskStatuses },
  POSITION: { column: 'rank', description: 'Place in the column of the board; order by STATUS first for a board.' },
  PRIORITY: { column: 'priority', description: 'Priority, from LOW to URGENT.', values: taskPriorities },
  NAME: { column: 'name', description: 'Name.' },
  ESTIMATE_DAYS: {
    column: 'estimateDays',
    description: 'Estimate; none counts as smallest.',
    absent: sql`-1::numeric`,
  },
  START_DATE: { column: 'startDate', description: 'First day; none counts as latest.', absent: sql`'infinity'::date` },
  DUE_DATE: { column: 'dueDate', description: 'Due day; none counts as latest.', absent: sql`'infinity'::date` },
  COMPLETED_AT: {
    column: 'completedAt',
    description: 'When they were done; open ones count as latest.',
    absent: sql`'infinity'::timestamptz`,
  },
  CREATED_AT: { column: 'createdAt', description: 'When they were made.' },
  UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
});

export const taskPage = definePage(taskFilter, taskOrder);

const listed = { args: taskPage.args, totalCount: true, query: taskPage.query } as const;

builder.drizzleObjectFields(Task, (t) => ({
  dependsOn: t.relatedConnection('dependsOn', { ...listed, description: 'What it waits for.' }, ...TaskConnection),
  blocks: t.relatedConnection('blocks', { ...listed, description: 'What waits for it.' }, ...TaskConnection),
}));

builder.drizzleObjectFields(Project, (t) => ({
  tasks: t.relatedConnection('tasks', { ...listed, description: 'The tasks of the project.' }, ...TaskConnection),
}));

builder.drizzleObjectFields(Deliverable, (t) => ({
  tasks: t.relatedConnection('tasks', { ...listed, description: 'The tasks that make it.' }, ...TaskConnection),
}));

builder.drizzleObjectFields(Profile, (t) => ({
  tasks: t.relatedConnection(
    'tasks',
    { ...listed, description: 'The tasks that the person is to do.' },
    ...TaskConnection,
  ),
}));

builder.queryField('tasks', (t) =>
  t.drizzleConnection(
    {
      type: Task,
      args: taskPage.args,
      authScopes: { member: true },
      extensions: listOf(taskPage),
      description: 'The tasks of the company.',
      totalCount: (_root, args, ctx) => ctx.db.count('tasks', taskPage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.tasks.findMany(query(taskPage.query(args))),
    },
    ...TaskConnection,
  ),
);
