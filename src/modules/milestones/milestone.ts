import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { defineConnection, definePage, listOf } from '../../graphql/declare/pages.ts';
import { dayIn } from '../../lib/days.ts';
import { Profile, ProfileConnection } from '../people/profile.ts';
import { profilePage } from '../people/profile-filter.ts';
import { Project } from '../projects/project.ts';
import { Task, TaskConnection, taskPage } from '../tasks/task.ts';
import { isAtRisk, isLate } from './health.ts';
import { milestoneFilter } from './milestone-filter.ts';
import { MilestonePriority } from './milestone-priority.ts';
import { MilestoneStatus } from './milestone-status.ts';
import { readableMilestones } from './policy.ts';
import { ProgressMode } from './progress-mode.ts';
import { milestonePriorities, milestoneStatuses, milestones } from './tables.ts';

defineRowRule('milestones', readableMilestones);

const schedule = { columns: { startDate: true, dueDate: true, status: true, progress: true } } as const;

export const Milestone = builder.drizzleNode('milestones', {
  name: 'Milestone',
  description: 'A goal with a first and a last day: of a project, or of the whole company.',
  id: { column: milestones.id },
  select: { columns: {} },
  fields: (t) => ({
    project: t.relation('project', { nullable: true, description: 'Project; null when it is the company’s own.' }),
    creator: t.relation('creator', { nullable: true, description: 'Who made it; null when it was imported.' }),
    name: t.exposeString('name', { description: 'Name.' }),
    description: t.exposeString('description', { nullable: true, description: 'What is to be reached.' }),
    startDate: t.expose('startDate', { type: 'LocalDate', description: 'First day.' }),
    dueDate: t.expose('dueDate', { type: 'LocalDate', description: 'Last day.' }),
    status: t.expose('status', { type: MilestoneStatus, description: 'How it stands.' }),
    priority: t.expose('priority', { type: MilestonePriority, description: 'How much it matters.' }),
    color: t.expose('color', { type: 'HexColorCode', nullable: true, description: 'Color to show it in.' }),
    progressMode: t.expose('progressMode', { type: ProgressMode, description: 'Where its progress comes from.' }),
    progress: t.exposeInt('progress', { description: 'How much of it is done, in percent.' }),
    isLate: t.boolean({
      description: 'Whether its due day is over, where the company is, and it is not reached.',
      select: schedule,
      resolve: (milestone, _args, ctx) => isLate(milestone, dayIn(ctx.tenant.timeZone)),
    }),
    isAtRisk: t.boolean({
      description:
        'Whether its progress is more than 20 points behind the share of its days that are over; not once late.',
      select: schedule,
      resolve: (milestone, _args, ctx) => isAtRisk(milestone, dayIn(ctx.tenant.timeZone)),
    }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was reached; null while it is not.',
    }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this milestone in the system it was imported from.',
    }),
    version: t.exposeInt('version', {
      description: 'Counts the changes that people make; pass it as `expectedVersion`.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const MilestoneConnection = defineConnection(Milestone, 'Milestone');

const milestoneOrder = defineOrder('Milestone', 'milestones', {
  NAME: { column: 'name', description: 'Name.' },
  START_DATE: { column: 'startDate', description: 'First day.' },
  DUE_DATE: { column: 'dueDate', description: 'Due day.' },
  STATUS: { column: 'status', description: 'Status, from NOT_STARTED to ON_HOLD.', values: milestoneStatuses },
  PRIORITY: { column: 'priority', description: 'Priority, from LOW to CRITICAL.', values: milestonePriorities },
  PROGRESS: { column: 'progress', description: 'Progress.' },
  CREATED_AT: { column: 'createdAt', description: 'When they were made.' },
  UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
});

const milestonePage = definePage(milestoneFilter, milestoneOrder);

const listed = { args: milestonePage.args, totalCount: true, query: milestonePage.query } as const;

builder.drizzleObjectFields(Milestone, (t) => ({
  tasks: t.relatedConnection(
    'tasks',
    { args: taskPage.args, totalCount: true, description: 'The tasks that it consists of.', query: taskPage.query },
    ...TaskConnection,
  ),
  assignees: t.relatedConnection(
    'assignees',
    { args: profilePage.args, totalCount: true, description: 'Who answers for it.', query: profilePage.query },
    ...ProfileConnection,
  ),
  dependsOn: t.relatedConnection('dependsOn', { ...listed, description: 'What it waits for.' }, ...MilestoneConnection),
  blocks: t.relatedConnection('blocks', { ...listed, description: 'What waits for it.' }, ...MilestoneConnection),
}));

builder.drizzleObjectFields(Task, (t) => ({
  milestones: t.relatedConnection(
    'milestones',
    { ...listed, description: 'The milestones that it is a part of.' },
    ...MilestoneConnection,
  ),
}));

builder.drizzleObjectFields(Project, (t) => ({
  milestones: t.relatedConnection(
    'milestones',
    { ...listed, description: 'The milestones of the project.' },
    ...MilestoneConnection,
  ),
}));

builder.drizzleObjectFields(Profile, (t) => ({
  milestones: t.relatedConnection(
    'milestones',
    { ...listed, description: 'The milestones that the person answers for.' },
    ...MilestoneConnection,
  ),
}));

builder.queryField('milestones', (t) =>
  t.drizzleConnection(
    {
      type: Milestone,
      args: milestonePage.args,
      authScopes: { member: true },
      extensions: listOf(milestonePage),
      description: 'The milestones of the company and its projects.',
      totalCount: (_root, args, ctx) => ctx.db.count('milestones', milestonePage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.milestones.findMany(query(milestonePage.query(args))),
    },
    ...MilestoneConnection,
  ),
);
